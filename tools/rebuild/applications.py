"""The applications that are built, and what they look like in each situation."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import msgspec
from pure.manager.table import PIP_TOOL, TOOLS

from tools.rebuild.locks import BASE, Locks, pylock_toml, requirements_txt


class Application(msgspec.Struct, frozen=True, kw_only=True):
    """``files`` may hold ``@code@``, ``@template@``, ``@static@``: what is there changes when the situation does.

    ``small`` and ``heavy`` are as in ``locks.resolved``. Without ``requirements`` the distributions are generated.
    """

    files: Mapping[str, str]
    requirements: tuple[str, ...] = ()
    small: tuple[str, ...] = ()
    heavy: tuple[str, ...] = ()
    django: bool = False


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """All that can differ from one build to the next."""

    way: str = "pip"
    lock: str = BASE
    code: int = 0
    template: int = 0
    static: int = 0
    other_patch: bool = False
    other_tool: bool = False
    other_release: bool = False


def write(folder: Path, application: Application, situation: Situation, locks: Locks, index: str) -> None:
    """The application's folder, made anew."""
    shutil.rmtree(folder, ignore_errors=True)
    marks = {"@code@": situation.code, "@template@": situation.template, "@static@": situation.static}
    files = dict(application.files)
    lock = msgspec.structs.asdict(locks)[situation.lock]
    if situation.way == "pip":
        files["requirements.txt"] = requirements_txt(lock)
    else:
        files["pylock.toml"] = pylock_toml(lock, index)
    for name, text in files.items():
        for mark, number in marks.items():
            text = text.replace(mark, str(number))
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)


def tool_variables(situation: Situation, locks: Locks) -> dict[str, str]:
    """The variables that ask for another version of what installs."""
    tool = PIP_TOOL if situation.way == "pip" else TOOLS["uv"]
    return {tool.variable: locks.tools[tool.name]} if situation.other_tool else {}


_FLASK = """\
from flask import Flask

app = Flask(__name__)


@app.get("/")
def hello():
    return "revision @code@"
"""
_MANAGE = """\
import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "website.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
"""
_SETTINGS = """\
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = "for a measurement"
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "rest_framework",
    "shop",
]
ROOT_URLCONF = "website.urls"
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "collected"
WSGI_APPLICATION = "website.wsgi.application"
"""
_URLS = """\
from django.urls import path
from shop import views

urlpatterns = [path("", views.index)]
"""
_WSGI = """\
from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
"""
_VIEWS = """\
from django.shortcuts import render


def index(request):
    import PIL

    return render(request, "shop/index.html", {"revision": @code@, "pillow": PIL.__version__})
"""

APPLICATIONS: Mapping[str, Application] = {
    "data-science": Application(
        requirements=(
            *("flask", "gunicorn", "pandas", "scipy", "scikit-learn", "pyarrow", "matplotlib", "polars"),
            *("opencv-python-headless", "requests"),
        ),
        small=("requests",),
        heavy=("polars", "polars-runtime-32"),
        files={"app.py": _FLASK},
    ),
    "django": Application(
        requirements=(
            *("django", "djangorestframework", "gunicorn", "whitenoise", "psycopg[binary]", "pillow"),
            *("boto3", "celery", "lxml", "reportlab", "cryptography", "requests"),
        ),
        small=("requests",),
        heavy=("pillow",),
        django=True,
        files={
            "manage.py": _MANAGE,
            "website/__init__.py": "",
            "website/settings.py": _SETTINGS,
            "website/urls.py": _URLS,
            "website/wsgi.py": _WSGI,
            "shop/__init__.py": "",
            "shop/views.py": _VIEWS,
            "shop/templates/shop/index.html": "<h1>Template @template@, revision {{ revision }}</h1>\n",
            "shop/static/shop/site.css": "body { margin: @static@px }\n",
        },
    ),
}
GENERATED = Application(files={"app.py": "REVISION = @code@\n", "Procfile": "web: python -m app\n"})
