"""Whole builds of projects with the real Django: which static files are collected, and what is said otherwise."""

import os
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest
from shell.process import run

from tests.builds.workshop import Bench, Workshop, hashed, locked, normalised
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


def test_static_files_are_collected_in_every_build(django: Bench, requirements: str) -> None:
    write(django, requirements)
    first = django.build()
    version = next(version for name, version in django.versions().items() if name == "django")
    check_golden("build_django", normalised(first.log).replace(version, "<django>"))
    assert collected(django)
    write(django, requirements)
    assert django.build().actions()["venv"] == "kept"
    assert collected(django)
    # Running the project leaves nothing else behind: what is in the application's folder is in the image.
    assert not list(django.app.rglob("__pycache__"))


@pytest.mark.heavy
def test_a_project_without_staticfiles_has_none(django: Bench, requirements: str) -> None:
    settings = SETTINGS.replace('"django.contrib.staticfiles", ', "")
    write(django, requirements, {"website/settings.py": settings})
    assert "django.contrib.staticfiles is not among the project's INSTALLED_APPS" in section(django.build().log)


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
