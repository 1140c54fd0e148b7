"""``lamina explain``: for people, on a terminal, and for programs."""

import hashlib
import json
import os
import pty
import re
import sys
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from shell.command.cli import lamina
from shell.command.local_runtime import application_cache
from shell.command.views import bar

from tests.images import Made, registry, shop, tar, write_layout
from tests.places import ROOT
from tests.schemas import check_schema
from tests.shell.images.test_opening import stored


@pytest.fixture(scope="module")
def layout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_layout(tmp_path_factory.mktemp("explained") / "shop", shop())


def explain(*words: str | Path) -> Result:
    return CliRunner().invoke(lamina, ["explain", *map(str, words)])


def test_an_image_for_people(layout: Path) -> None:
    ended = explain(layout)
    assert ended.exit_code == 0
    assert re.search(r"^  venv +[0-9.]+ \w+ +[0-9.]+ kB  the dependencies$", ended.output, re.MULTILINE)
    assert (
        "gets no security fixes from 2029-10-31 on" in ended.output or "out of support since 2029-10-31" in ended.output
    )
    assert "\x1b" not in ended.output


def test_an_image_for_programs(layout: Path) -> None:
    ended = explain(layout, "--json")
    check_schema("explain", ended.output)
    found = json.loads(ended.output)
    assert [each["nbytes"] for each in found["layers"]] == list(map(len, shop().layers))
    assert [each["name"] for each in found["distributions"]] == ["flask", "markupsafe", "numpy", "werkzeug"]


def test_of_a_registry_nothing_is_fetched_that_isnt_told() -> None:
    with registry(shop()) as served:
        ended = explain(f"{served.host}/team/shop:v1", "--json")
        assert len([path for path in served.asked if "/blobs/" in path]) == 3
    check_schema("explain", ended.output)
    assert json.loads(ended.output)["layers"][0]["nbytes"] is None


def test_a_distribution(layout: Path) -> None:
    ended = explain(layout, "Flask", "--json")
    check_schema("explain-distribution", ended.output)
    assert json.loads(ended.output)["asked"] == [{"by": "", "words": "flask>=3", "source": "requirements.txt, line 1"}]
    assert "flask>=3   (requirements.txt, line 1)" in explain(layout, "Flask").output


def test_demands_are_of_the_files_that_the_build_read(tmp_path: Path) -> None:
    made = shop()
    files = {"requirements.txt": b"-r deps.txt\n-c c.txt\n", "deps.txt": b"flask>=3\n", "c.txt": b"flask<4\n"}
    app = tar({f"/workspace/{name}": raw for name, raw in {**files, "docs/requirements.txt": b"flask==1\n"}.items()})
    old, new = (f"sha256:{hashlib.sha256(each).hexdigest()}" for each in (made.layers[4], app))
    layers = (*made.layers[:4], app, *made.layers[5:])
    labels = {name: value.replace(old, new) for name, value in made.labels.items()}
    image = write_layout(tmp_path / "shop", msgspec.structs.replace(made, layers=layers, labels=labels))
    found = json.loads(explain(image, "flask", "--json").output)
    assert [each["words"] for each in found["asked"]] == ["flask<4", "flask>=3"]
    assert not found["guessed"]
    untold = {name: value for name, value in labels.items() if "decisions" not in name}
    image = write_layout(tmp_path / "untold", msgspec.structs.replace(made, layers=layers, labels=untold))
    said = explain(image, "flask").output
    assert "Nothing says which files the build read" in said
    assert "flask==1   (docs/requirements.txt, line 1)" in said


@pytest.mark.parametrize("words", [("{}", "flaks"), ("./absent",), ("{}", "--platform", "linux/arm64", "--json")])
def test_an_error_is_what_was_asked_for(layout: Path, tmp_path: Path, words: tuple[str, ...]) -> None:
    several = write_layout(tmp_path / "several", shop(arch="s390x"), Made(layers=(tar({}),), arch="ppc64le"))
    named = several if "--platform" in words else layout
    given_words = [each.format(named) for each in words if each != "--json"]
    plain, as_json = explain(*given_words), explain(*given_words, "--json")
    assert (plain.exit_code, as_json.exit_code) == (1, 1)
    assert plain.output.startswith("\nError: ")
    check_schema("error", as_json.output)


def on_terminal(*words: str, **more: str) -> str:
    """What the command writes to a terminal."""
    start = "from shell.command.cli import main; main()"
    pid, terminal = pty.fork()
    if pid == 0:  # pragma: no cover
        os.chdir(ROOT)
        env = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR")}
        env |= {"TERM": "xterm-256color", "COLUMNS": "100", "PYTHONPATH": str(ROOT), **more}
        os.execve(sys.executable, [sys.executable, "-c", start, *words], env)
    said = b""
    while True:
        try:
            piece = os.read(terminal, 65_536)
        except OSError:
            break
        if not piece:
            break
        said += piece
    os.close(terminal)
    os.waitpid(pid, 0)
    return said.decode()


def test_on_a_terminal_sizes_are_bars(layout: Path) -> None:
    coloured, plain = on_terminal("explain", str(layout)), on_terminal("explain", str(layout), NO_COLOR="1")
    for text in (coloured, plain):
        assert "████████" in text
        assert "markupsafe" in text
    assert "\x1b[36m" in coloured
    assert "\x1b[36m" not in plain


def test_on_a_narrow_terminal_lines_keep_their_indentation(layout: Path) -> None:
    said = on_terminal("explain", str(layout), NO_COLOR="1", COLUMNS="40").splitlines()
    at = next(number for number, line in enumerate(said) if "shop.py makes a Flask" in line)
    assert said[at].startswith("    shop.py")
    assert said[at + 1].startswith("    and gunicorn")


def test_the_folder_of_builds_is_its_image(tmp_path: Path) -> None:
    stored(tmp_path / "cache", shop())
    found = json.loads(explain(tmp_path / "cache", "--json").output)
    assert found["made_by"] == "lamina"
    check_schema("explain", json.dumps(found))


@pytest.mark.parametrize(("reference", "says"), [("", "it is empty"), ("x" * 5_000, "There is no image")])
def test_what_is_no_name(reference: str, says: str) -> None:
    ended = explain(reference)
    assert (ended.exit_code, says in ended.output) == (1, True), ended.output


@pytest.mark.parametrize("more", [(), ("flask",), ("flaks",)])
def test_names_that_are_no_utf8(tmp_path: Path, more: tuple[str, ...]) -> None:
    layout = write_layout(tmp_path / os.fsdecode(b"shop\xff"), shop())
    ended = explain(layout, *more, "--json")
    assert ended.exit_code == (1 if more == ("flaks",) else 0), ended.output
    assert "shop<U+DCFF>" in ended.output
    assert json.loads(ended.output)


def test_the_folder_of_an_applications_builds_has_the_digest_of_its_path(tmp_path: Path) -> None:
    odd = tmp_path / os.fsdecode(b"shop\xff")
    for app in (tmp_path / "shop", tmp_path / "läden", odd):
        hashed = hashlib.sha256(os.fsencode(app.resolve())).hexdigest()[:12]
        assert application_cache(app).name == f"{app.name}-{hashed}"
    assert application_cache(Path("/srv/shop")).name == "shop-" + hashlib.sha256(b"/srv/shop").hexdigest()[:12]


@pytest.mark.parametrize("columns", [80, 60, 40])
def test_a_narrow_terminal_loses_nothing(layout: Path, columns: int) -> None:
    wide = explain(layout).output
    whole = on_terminal("explain", str(layout), COLUMNS=str(columns), NO_COLOR="1")
    # What moved before has been wiped away.
    said = re.sub(r"\x1b\[[0-9;]*m", "", whole.rpartition("\x1b[2K")[2])
    assert max(map(len, said.splitlines())) <= columns
    together = "".join(said.split())
    for word in re.split(r"  +|\n", wide):
        assert "".join(word.split()) in together
    assert "…" not in said


@given(st.floats(0, 1), st.integers(1, 30))
def test_a_bar_is_as_long_as_its_share(share: float, width: int) -> None:
    drawn = bar(share, width)
    assert len(drawn) <= width
    assert bool(drawn) == (share > 0)
    assert bar(1, width) == "█" * width
