"""Whole builds of applications with build commands: where they run, what becomes of what they write, how they fail."""

import json
import os
import sys
from pathlib import Path

import pytest
from shell.process import run

from tests.builds.divided import make_heavy
from tests.builds.lamina import Lamina
from tests.builds.workshop import MINOR, Bench, Workshop, hashed, locked, normalised, tree
from tests.golden import check_golden

PYPROJECT = """
[tool.lamina]
build = [
  "python -c 'import alpha, os; print(alpha.VERSION, os.environ[\\"VIRTUAL_ENV\\"])' > told.txt",
  "alpha || true; pwd; cat told.txt; mkdir -p made && cp told.txt made/again.txt",
]
"""


def written(bench: Bench, *lines: str, **more: str) -> None:
    files = {name.replace("_", "."): text for name, text in more.items()}
    bench.write({"requirements.txt": "".join(f"{line}\n" for line in lines), **files})


@pytest.mark.heavy
def test_commands_run_in_the_finished_environment_and_what_they_write_is_in_the_image(bench: Bench) -> None:
    written(bench, hashed(bench.wheels, "alpha==2.0"), pyproject_toml=PYPROJECT)
    built = bench.build({"PIP_TIMEOUT": "10", "SHOP_SECRET": "s3cr3t-of-the-shop"})
    said = built.log[built.log.index("\nBuild commands\n") :].partition("\n\nProcesses")[0]
    check_golden("build_commands", normalised(said).strip() + "\n")
    assert (bench.app / "made/again.txt").read_text() == "2.0 /layers/lamina_python/venv\n"
    record = json.loads((bench.own / "lamina-record.json").read_bytes())
    assert len(record["build_commands"]["lines"]) == 2
    assert record["build_commands"]["source"] == "pyproject.toml, [tool.lamina] build"
    # Nothing but the commands has to be done again.
    before = tree(bench.own)
    again = bench.build()
    assert set(again.actions().values()) == {"kept"}
    assert "    2.0 /layers/lamina_python/venv" in again.log
    now = tree(bench.own)
    assert {path for path in now.keys() | before.keys() if now.get(path) != before.get(path)} == {"lamina-record.json"}


@pytest.mark.heavy
def test_the_variable_counts_and_the_first_failure_ends_the_build(bench: Bench) -> None:
    written(bench, "alpha", pyproject_toml=PYPROJECT)
    env = {"BP_PYTHON_BUILD_COMMAND": "pybabel compile && touch never", "SHOP_SECRET_KEY": "s3cr3t-of-the-shop"}
    failed = bench.try_build(env)
    assert failed.status == 1
    said = failed.log.partition("Error: ")[2]
    assert said.startswith("A build command failed\n    $BP_PYTHON_BUILD_COMMAND: pybabel compile && touch never\n")
    assert "It ended with status 127; its last words:\n" in said
    assert "There is no program pybabel in the environment" in said
    assert not (bench.app / "never").exists()
    assert not (bench.app / "told.txt").exists()

    env["BP_PYTHON_BUILD_COMMAND"] = "python -c 'import os; os.environ[\"SHOP_SECRET_KEY\"]'"
    hidden = bench.try_build(env)
    assert "Build commands don't get the variable SHOP_SECRET_KEY" in hidden.log
    env["BP_PYTHON_BUILD_COMMAND"] = "kill -9 $$"
    assert "ran out of memory" in bench.try_build(env).log
    assert bench.try_build({"BP_PYTHON_BUILD_COMMAND": "SHOP_SECRET_KEY=unused; test $SHOP_SECRET_KEY"}).status == 0


@pytest.mark.heavy
@pytest.mark.parametrize("later", [False, True])
def test_what_is_installed_stays_as_it_was(bench: Bench, *, later: bool) -> None:
    if later:
        bench.plan.write_text(
            bench.plan.read_text() + '[[entries]]\nname = "site-packages"\nmetadata = { build = true }\n'
        )
    written(bench, hashed(bench.wheels, "alpha==2.0"))
    bench.build()
    cached = "venv" if later else "venv-cache/venv.tar"
    before = tree(bench.own)
    site = f"$VIRTUAL_ENV/lib/python{MINOR}/site-packages"
    new = f"{site}/alpha/cache/deep"
    adds = f"mkdir -p {new} && echo x > {new}/file && echo y > $VIRTUAL_ENV/../python/file"
    left = bench.build({"BP_PYTHON_BUILD_COMMAND": adds})
    assert "Warning: build commands wrote 2 files among what is installed; they are removed again:" in left.log
    assert f"venv/lib/python{MINOR}/site-packages/alpha/cache/deep/file" in left.log
    now = tree(bench.own)
    assert {
        path for path in now.keys() | before.keys() if path.startswith(cached) and now.get(path) != before.get(path)
    } == set()
    assert not (bench.own / "python/file").exists()
    for changes in (
        f"echo x >> {site}/alpha/__init__.py",
        f"rm {site}/alpha/only_2.py",
        "touch -h $VIRTUAL_ENV/bin/python",
    ):
        refused = bench.try_build({"BP_PYTHON_BUILD_COMMAND": changes})
        assert refused.status == 1
        assert "Error: Build commands changed 1 file of what is installed\n    venv/" in refused.log
        # Nothing that it leaves is trusted by the next one.
        assert not (bench.own / "venv.toml").exists()
        bench.build()
    whole = tree(bench.own)
    changed = (path for path in whole.keys() | before.keys() if path.startswith(cached))
    assert [path for path in changed if whole.get(path) != before.get(path)] == []


@pytest.mark.heavy
def test_heavy_contents_are_there_for_commands_only(tmp_path: Path, workshop: Workshop) -> None:
    wheels = make_heavy(workshop, tmp_path / "wheels")
    lamina = Lamina(tmp_path / "lamina", workshop)
    lamina.offline["PIP_FIND_LINKS"] = f"{wheels} {workshop.pips}"
    app = tmp_path / "app"
    app.mkdir()
    (app / "requirements.txt").write_text(hashed(wheels, "alpha==1.0", "heavy==1.0"))
    (app / "Procfile").write_text("web: cat size.txt\n")
    line = "python -c 'from ns.heavy import DATA; print(DATA.stat().st_size)' > size.txt"
    first = lamina.build(app, env={"BP_PYTHON_BUILD_COMMAND": line})
    assert first.status == 0, first.both
    digests = lamina.digests()
    again = lamina.build(app, env={"BP_PYTHON_BUILD_COMMAND": line})
    assert again.status == 0, again.both
    assert lamina.digests() == digests
    assert "kept" in again.out.splitlines()[-1] or "kept" in again.both
    assert lamina.run("run", app, "--cache", lamina.cache).out.strip() == str(11_000_000 // 3 * 3)
    without = lamina.build(app)
    assert without.status == 0, without.both
    heavy = {name: sha for name, sha in digests.items() if "dist-heavy" in name}
    assert heavy
    assert heavy.items() <= lamina.digests().items()


@pytest.mark.heavy
def test_an_application_without_dependencies_has_commands_too(bench: Bench) -> None:
    bench.write({"app.py": "print('hello')\n"})
    bench.build({"BP_PYTHON_BUILD_COMMAND": "python -c 'import sys; print(sys.prefix)' > told.txt; env > env.txt"})
    assert (bench.app / "told.txt").read_text() == "/layers/lamina_python/python\n"
    assert "VIRTUAL_ENV" not in (bench.app / "env.txt").read_text()
    again = bench.build({"BP_PYTHON_BUILD_COMMAND": "echo once more"})
    assert "    once more" in again.log
    assert again.actions() == {"python": "kept"}


SHOP = """
import gettext


def text():
    return gettext.translation("messages", "locales", ["de"]).gettext("hello")
"""
# Where a catalogue doesn't say it, Babel says that it was created at this minute.
MESSAGES = r"""
msgid ""
msgstr ""
"POT-Creation-Date: 2026-01-01 00:00+0000\n"
"PO-Revision-Date: 2026-01-01 00:00+0000\n"
"Content-Type: text/plain; charset=UTF-8\n"

msgid "hello"
msgstr "Grüß Gott"
"""
TRANSLATED = {
    "shop.py": SHOP,
    "locales/de/LC_MESSAGES/messages.po": MESSAGES,
    "Procfile": "web: python -c 'import shop; print(shop.text())'\n",
    "pyproject.toml": '[tool.lamina]\nbuild = "pybabel compile --directory locales"\n',
}


@pytest.fixture(scope="session")
def babel(workshop: Workshop) -> str:
    """A pin of Babel, whose wheel comes from the package index once in a test run."""
    folder = workshop.shared / "babel"
    with locked(workshop.shared / "babel-lock"):
        if not folder.exists():
            new = folder.with_name("babel.new")
            done = run(
                [sys.executable, "-m", "pip", "download", "--quiet", "--dest", str(new), "babel"], env=dict(os.environ)
            )
            assert done.ok, done.stderr
            for wheel in new.glob("*.whl"):
                (workshop.pips / wheel.name).write_bytes(wheel.read_bytes())
            new.rename(folder)
    return hashed(folder, *("==".join(wheel.name.split("-")[:2]) for wheel in folder.glob("*.whl")))


@pytest.mark.heavy
def test_translations_are_compiled(tmp_path: Path, workshop: Workshop, babel: str) -> None:
    app = tmp_path / "app"
    for name, text in {**TRANSLATED, "requirements.txt": babel}.items():
        (app / name).parent.mkdir(parents=True, exist_ok=True)
        (app / name).write_text(text)
    lamina = Lamina(tmp_path / "lamina", workshop)
    built = lamina.build(app)
    assert built.status == 0, built.both
    assert "    compiling catalog locales/de/LC_MESSAGES/messages.po to locales/de/LC_MESSAGES/messages.mo" in built.out
    assert lamina.run("run", app, "--cache", lamina.cache).out == "Grüß Gott\n"
    # The same commands give the same image.
    digests = lamina.digests()
    assert lamina.build(app).status == 0
    assert lamina.digests() == digests
