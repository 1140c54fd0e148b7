"""Detected processes start alike by the reference launcher and by the local lifecycle."""

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from shell.lifecycle.disk import remove

from tests.builds.test_lifecycles_agree import Both
from tests.builds.workshop import Workshop

# By our own program, which makes another folder importable, and directly, in the folder that the imports start from.
APPS: Mapping[str, tuple[str, str]] = {
    "src/shop/__main__.py": ("/workspace", "/layers/lamina_python/at-launch/start"),
    "my-service/shop/__main__.py": ("/workspace/my-service", "python"),
}
PROGRAM = "import os, sys\nprint(sys.argv[1:], os.getcwd(), __package__)\n"


@pytest.fixture
def both(tmp_path: Path, workshop: Workshop) -> Iterator[Both]:
    # The reference lifecycle takes the layout's path for an image name: lower case only.
    scratch = Path(tempfile.mkdtemp(prefix="real-"))
    yield Both(tmp_path, scratch, workshop)
    remove(scratch)


@pytest.mark.heavy
@pytest.mark.parametrize("name", APPS)
def test_a_process_starts_where_it_should_with_the_arguments_that_it_is_given(both: Both, name: str) -> None:
    folder, first = APPS[name]
    for path in both.app.iterdir():
        if path.name != "requirements.txt":
            remove(path) if path.is_dir() else path.unlink()
    program = both.app / name
    program.parent.mkdir(parents=True)
    (program.parent / "__init__.py").touch()
    program.write_text(PROGRAM)
    both.agree()
    ours = both.lamina.run("run", both.app, "--cache", both.lamina.cache, "--process", "app", "--", "one", "two words")
    theirs = both.real.launch(("one", "two words"), process="app")
    assert ours.out == f"['one', 'two words'] {folder} shop\n"
    assert "\n".join(theirs.lines) == ours.out.rstrip("\n")
    (process,) = both.lamina.image()["table"]["processes"]
    assert process["command"][0] == first
