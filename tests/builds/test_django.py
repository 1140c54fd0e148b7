"""Whole builds of projects with the real Django: which static files are collected, and what is said otherwise."""

import os
import re
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest
from shell.process import run

from tests.builds.workshop import Bench, Workshop, hashed, locked, normalised, tree
from tests.golden import check_golden

MANAGE = """
import os
import sys
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "website.settings")
    from django.core.management import execute_from_command_line
    execute_from_command_line(sys.argv)
"""
SETTINGS = """
from pathlib import Path

SECRET_KEY = "for a test"
INSTALLED_APPS = ["django.contrib.staticfiles", "shop"]
STATIC_URL = "static/"
WSGI_APPLICATION = "website.wsgi.application"
"""
ROOT = 'STATIC_ROOT = Path(__file__).parent.parent / "collected"\n'
PROJECT: Mapping[str, str] = {
    "manage.py": MANAGE,
    "website/__init__.py": "",
    "website/settings.py": SETTINGS + ROOT,
    "website/wsgi.py": "from django.core.wsgi import get_wsgi_application\n\napplication = get_wsgi_application()\n",
    "shop/__init__.py": "",
    "shop/static/shop/site.css": "body { color: #204060 }\n",
}


@pytest.fixture(scope="session")
def requirements(workshop: Workshop) -> str:
    """Pins of Django and all that it needs, whose wheels come from the package index once in a test run."""
    folder = workshop.shared / "django"
    with locked(workshop.shared / "django-lock"):
        if not folder.exists():
            new = folder.with_name("django.new")
            new.mkdir(exist_ok=True)
            target = ("--quiet", "--dest", str(new), "django<6")
            done = run([sys.executable, "-m", "pip", "download", *target], env=dict(os.environ))
            assert done.ok, done.stderr
            for wheel in new.glob("*.whl"):
                (workshop.pips / wheel.name).write_bytes(wheel.read_bytes())
            new.rename(folder)
    pins = ("==".join(wheel.name.split("-")[:2]) for wheel in sorted(folder.glob("*.whl")))
    return hashed(folder, *pins)


@pytest.fixture(scope="session")
def base(workshop: Workshop, tools: Path, requirements: str) -> Path:
    """Layers that hold Django already."""
    folder = workshop.shared / "django-layers"
    with locked(workshop.shared / "django-layers-lock"):
        if not folder.exists():
            bench = Bench(workshop.shared / "django-bench", workshop, tools)
            bench.require(requirements)
            bench.build()
            bench.layers.rename(folder)
    return folder


@pytest.fixture
def django(tmp_path: Path, workshop: Workshop, base: Path) -> Bench:
    return Bench(tmp_path / "bench", workshop, base)


def write(bench: Bench, requirements: str, changes: Mapping[str, str] | None = None, *, folder: str = "") -> None:
    files = {f"{folder}{name}": text for name, text in {**PROJECT, **(changes or {})}.items()}
    bench.write({"requirements.txt": requirements, **files})


def collected(bench: Bench, folder: str = "") -> bool:
    return (bench.app / folder / "collected/shop/site.css").is_file()


def section(log: str) -> str:
    """The part of a log about Django."""
    return log[log.index("\nDjango ") :].partition("\n\nProcesses")[0]


KEPT = "Static files are those of the previous build: nothing that collecting them reads has changed"


def outcome(bench: Bench, requirements: str, changes: Mapping[str, str] | None = None, **env: str) -> str:
    """Build what was uploaded anew; why the static files are collected (again), or that they aren't."""
    write(bench, requirements, changes)
    (line,) = (
        line.strip()
        for line in section(bench.build(env).log).splitlines()
        if KEPT in line or "won't do: " in line or "in every build: " in line
    )
    return KEPT if KEPT in line else line.partition(": ")[2]


def test_static_files_are_collected_once_and_put_back_while_nothing_changes(django: Bench, requirements: str) -> None:
    write(django, requirements)
    first = django.build()
    version = next(version for name, version in django.versions().items() if name == "django")
    check_golden("build_django", normalised(first.log).replace(version, "<django>"))
    assert collected(django)
    files = tree(django.app)
    write(django, requirements)
    again = django.build()
    assert again.actions()["venv"] == "kept"
    assert again.actions()["static-cache"] == "kept"
    assert re.search(rf"{KEPT} \(\d+ files looked at\)", section(again.log))
    assert tree(django.app) == files
    # Running the project leaves nothing else behind: what is in the application's folder is in the image.
    assert not list(django.app.rglob("__pycache__"))


@pytest.mark.heavy
def test_a_template_is_not_read_and_what_is_read_is_named(django: Bench, requirements: str) -> None:
    settings = f"import os\n{SETTINGS}{ROOT}"
    files = {"website/settings.py": settings, "shop/templates/shop/a.html": "<p>"}
    write(django, requirements, files)
    django.build()
    assert outcome(django, requirements, {**files, "shop/templates/shop/a.html": "<p>changed"}) == KEPT
    assert collected(django)
    changed = {**files, "shop/static/shop/site.css": "body { color: #000000 }\n"}
    assert outcome(django, requirements, changed) == "shop/static/shop/site.css has changed"
    assert (django.app / "collected/shop/site.css").read_text() == changed["shop/static/shop/site.css"]
    assert outcome(django, requirements, changed) == KEPT
    assert (django.app / "collected/shop/site.css").read_text() == changed["shop/static/shop/site.css"]


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("changes", "env", "because"),
    [
        ({"website/settings.py": f"{SETTINGS}{ROOT}DEBUG = False\n"}, {}, "website/settings.py has changed"),
        ({"manage.py": f"{MANAGE}# changed\n"}, {}, "manage.py has changed"),
        ({}, {"API_KEY": "x"}, "a variable of the build has changed"),
        ({"docs/new.txt": ""}, {}, "files of the application were added, removed or renamed"),
        ({"shop/static/shop/b.css": ""}, {}, "files of the application were added, removed or renamed"),
    ],
)
def test_whatever_may_make_a_difference_has_them_collected_again(
    django: Bench, requirements: str, changes: Mapping[str, str], env: dict[str, str], because: str
) -> None:
    write(django, requirements)
    django.build()
    assert outcome(django, requirements, changes, **env) == because
    assert outcome(django, requirements, changes, **env) == KEPT


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("settings", "because"),
    [
        ("import subprocess\nsubprocess.run(['true'])\n", "that starts another program (true)"),
        ("import os\nos.system('true')\n", "that starts another program (os.system)"),
        (
            "import socket\ntry:\n    socket.create_connection(('127.0.0.1', 9))\nexcept OSError:\n    pass\n",
            "that reaches for the network or a database (socket.getaddrinfo)",
        ),
        ("open('/cnb/plan.toml').read()\n", "that reads /cnb/plan.toml"),
        ("open('seen.txt', 'w').close()\n", "that writes seen.txt"),
        ("open('/cnb/home/seen.txt', 'w').close()\n", "that writes /cnb/home/seen.txt"),
    ],
)
def test_what_nobody_can_compare_has_them_collected_in_every_build(
    django: Bench, requirements: str, settings: str, because: str
) -> None:
    changes = {"website/settings.py": f"{settings}{SETTINGS}{ROOT}"}
    assert outcome(django, requirements, changes) == because
    assert outcome(django, requirements, changes) == because
    assert collected(django)


@pytest.mark.heavy
def test_what_native_code_reads_counts_too(django: Bench, requirements: str) -> None:
    reads = "import ctypes\nlibc = ctypes.CDLL(None)\nnumber = libc.open(b'data.bin', 0)\n"
    reads += "libc.read(number, ctypes.create_string_buffer(8), 8)\nlibc.close(number)\n"
    changes = {"website/settings.py": f"{reads}{SETTINGS}{ROOT}", "data.bin": "one"}
    write(django, requirements, changes)
    django.build()
    assert outcome(django, requirements, changes) == KEPT
    assert outcome(django, requirements, {**changes, "data.bin": "two"}) == "data.bin has changed"


@pytest.mark.heavy
def test_a_file_that_lies_where_they_go_has_them_collected_in_every_build(django: Bench, requirements: str) -> None:
    changes = {"collected/other.txt": ""}
    assert outcome(django, requirements, changes) == "collected/other.txt lies where they go"


@pytest.mark.heavy
def test_hashed_names_and_their_manifest_are_put_back(django: Bench, requirements: str) -> None:
    backend = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
    storages = f'STORAGES = {{"staticfiles": {{"BACKEND": "{backend}"}}}}\n'
    changes = {"website/settings.py": f"{SETTINGS}{ROOT}{storages}", "collected/.gitkeep": ""}
    write(django, requirements, changes)
    django.build()
    files = tree(django.app)
    assert "collected/staticfiles.json" in files
    assert outcome(django, requirements, changes) == KEPT
    assert tree(django.app) == files


@pytest.mark.heavy
def test_a_damaged_record_or_archive_has_them_collected_again(django: Bench, requirements: str) -> None:
    write(django, requirements)
    django.build()
    files = tree(django.app)
    archive = django.own / "static-cache/collected.tar"
    archive.write_bytes(archive.read_bytes().replace(b"#204060", b"#204061"))
    assert outcome(django, requirements) == "what the cache has of them is damaged"
    assert tree(django.app) == files
    (django.own / "static-cache/record.json").write_text("{}")
    write(django, requirements)
    assert "Collecting static files" in section(django.build().log)
    assert tree(django.app) == files


@pytest.mark.heavy
def test_what_was_kept_goes_when_nothing_is_collected(django: Bench, requirements: str) -> None:
    write(django, requirements)
    django.build()
    write(django, requirements)
    assert django.build({"BP_DJANGO_COLLECTSTATIC": "false"}).actions()["static-cache"] == "dropped"
    assert not (django.own / "static-cache").exists()


@pytest.mark.heavy
def test_a_project_without_staticfiles_has_none(django: Bench, requirements: str) -> None:
    settings = SETTINGS.replace('"django.contrib.staticfiles", ', "")
    write(django, requirements, {"website/settings.py": settings})
    assert "django.contrib.staticfiles is not among the project's INSTALLED_APPS" in section(django.build().log)
    write(django, requirements, {"website/settings.py": settings})
    assert "There are still no static files: nothing" in section(django.build().log)


@pytest.mark.heavy
def test_they_are_not_collected_when_switched_off(django: Bench, requirements: str) -> None:
    write(django, requirements, {"website/settings.py": "raise SystemExit('the project was run')\n"})
    log = django.build({"BP_DJANGO_COLLECTSTATIC": "false"}).log
    assert "Static files are not collected: $BP_DJANGO_COLLECTSTATIC is false" in section(log)


@pytest.mark.heavy
def test_without_manage_py_they_are_not_collected(django: Bench, requirements: str) -> None:
    django.write({"requirements.txt": requirements})
    assert "Static files are not collected: there is no manage.py" in section(django.build().log)


@pytest.mark.heavy
def test_a_missing_static_root_is_explained_below_the_projects_own_error(django: Bench, requirements: str) -> None:
    write(django, requirements, {"website/settings.py": SETTINGS})
    built = django.try_build()
    assert built.status == 1
    said, _, explained = built.log.partition("\n\nError: ")
    assert "ImproperlyConfigured: You're using the staticfiles app without having set the STATIC_ROOT" in said
    check_golden("build_django_static_root", f"Error: {explained}")


def test_a_missing_variable_is_named_and_one_that_is_given_arrives(django: Bench, requirements: str) -> None:
    settings = f'import os\nos.environ["API_KEY"]\n{SETTINGS}{ROOT}'
    write(django, requirements, {"website/settings.py": settings})
    built = django.try_build()
    assert built.status == 1
    said, _, explained = built.log.partition("\n\nError: ")
    assert "KeyError: 'API_KEY'" in said
    assert "--env API_KEY=" in explained
    django.build({"API_KEY": "x"})
    assert collected(django)


@pytest.mark.heavy
def test_the_users_own_python_settings_arrive(django: Bench, requirements: str) -> None:
    changes = {
        "website/settings.py": f"import extra_settings\n{SETTINGS}{ROOT}",
        "elsewhere/extra_settings.py": "",
    }
    write(django, requirements, changes)
    django.build({"PYTHONPATH": "/workspace/elsewhere"})
    assert collected(django)


@pytest.mark.heavy
def test_a_project_in_a_subdirectory(django: Bench, requirements: str) -> None:
    write(django, requirements, folder="backend/")
    assert "the project has backend/manage.py" in section(django.build().log)
    assert collected(django, "backend")
    (web,) = tomllib.loads((django.own / "launch.toml").read_text()).get("processes", [{}]) or [{}]
    assert web["working-dir"] == "/workspace/backend"


@pytest.mark.heavy
def test_a_symlinked_manage_py(django: Bench, requirements: str) -> None:
    write(django, requirements, folder="backend/")
    (django.app / "manage.py").symlink_to("backend/manage.py")
    assert "the project has manage.py" in section(django.build().log)
    assert collected(django, "backend")


@pytest.mark.heavy
def test_a_switch_that_is_neither_ends_the_build_before_anything_happens(django: Bench, requirements: str) -> None:
    write(django, requirements)
    built = django.try_build({"BP_DJANGO_COLLECTSTATIC": "perhaps"})
    assert built.status == 1
    assert "BP_DJANGO_COLLECTSTATIC is neither true nor false" in built.log
    assert "Python" not in built.log.partition("Error:")[0]
