"""What becomes of Django's static files: the decision, and what the output of a failure is taken for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.start.django import (
    COLLECT_VARIABLE,
    DISABLE_VARIABLE,
    Cause,
    Collected,
    CollectStaticFailed,
    DjangoDecision,
    NotEnabled,
    collected_into,
    decide_django,
    judge,
    meant,
    went_into,
)
from pure.switches import BadSwitch

TRACE = 'Traceback (most recent call last):\n  File "settings.py", line 3, in <module>\n'

# The last lines of real failures, as Django and the libraries print them.
OUTPUTS = {
    "django.core.exceptions.ImproperlyConfigured: You're using the staticfiles app without having set the STATIC_ROOT "
    "setting to a filesystem path.": Cause(kind="static_root"),
    "django.core.exceptions.ImproperlyConfigured: The SECRET_KEY setting must not be empty.": Cause(
        kind="secret_key", subject="SECRET_KEY"
    ),
    'KEY = os.environ["API_KEY"]\n  File "<frozen os>", line 685, in __getitem__\n    raise KeyError(key) from None\n'
    "KeyError: 'API_KEY'": Cause(kind="variable", subject="API_KEY"),
    "django.core.exceptions.ImproperlyConfigured: Set the DATABASE_URL environment variable": Cause(
        kind="variable", subject="DATABASE_URL"
    ),
    "decouple.UndefinedValueError: SECRET_KEY not found. Declare it as envvar or define a default value.": Cause(
        kind="variable", subject="SECRET_KEY"
    ),
    'environs.exceptions.EnvError: Environment variable "TOKEN" not set': Cause(kind="variable", subject="TOKEN"),
    "ModuleNotFoundError: No module named 'debug_toolbar'": Cause(kind="module", subject="debug_toolbar"),
    "whitenoise.storage.MissingFileError: The file 'img/a.png' could not be found with <storage>.": Cause(
        kind="manifest", subject="img/a.png"
    ),
    "KeyError: 'something else'": None,
    "ValueError: no idea": None,
}


@pytest.mark.parametrize("text", OUTPUTS)
def test_causes_are_recognised(text: str) -> None:
    judged = judge("manage.py", 1, None, (TRACE + text).splitlines())
    assert judged == CollectStaticFailed(manage="manage.py", returncode=1, signal=None, cause=OUTPUTS[text])


def test_a_project_without_staticfiles_does_not_know_the_command() -> None:
    said = ["Unknown command: 'collectstatic'", "Type 'manage.py help' for usage."]
    assert judge("manage.py", 1, None, said) == NotEnabled()


UNREAD = {
    # What Django says without settings, then of a command that only settings could have brought.
    "No Django settings specified.\nUnknown command: 'collectstatic'\nType 'manage.py help' for usage.": "settings",
    "django.core.exceptions.ImproperlyConfigured: Requested setting INSTALLED_APPS, but settings are not configured. "
    "You must either define the environment variable DJANGO_SETTINGS_MODULE or call settings.configure() before "
    "accessing settings.": "settings",
    "django.core.exceptions.ImproperlyConfigured: Requested settings, but settings are not configured. You must "
    "either define the environment variable DJANGO_SETTINGS_MODULE or call settings.configure()": "settings",
    "django.core.exceptions.ImproperlyConfigured: Configuration cannot be imported, environment variable "
    "DJANGO_SETTINGS_MODULE is undefined.": "settings",
    "os.environ[\"DJANGO_SETTINGS_MODULE\"]\n    raise KeyError(key) from None\nKeyError: 'DJANGO_SETTINGS_MODULE'": (
        "settings"
    ),
    "ModuleNotFoundError: No module named 'site_.settings.collectstatic'": "arguments",
    "Unknown command: '--noinput'\nType 'manage.py help' for usage.": "arguments",
}


@pytest.mark.parametrize("text", UNREAD)
def test_settings_that_never_loaded_say_nothing_of_static_files(text: str) -> None:
    judged = judge("manage.py", 1, None, text.splitlines(), candidates=("config.settings.production",))
    assert isinstance(judged, CollectStaticFailed)
    assert judged.cause is not None
    assert judged.cause.kind == UNREAD[text]
    assert judged.candidates == (("config.settings.production",) if UNREAD[text] == "settings" else ())


def test_a_killed_command_has_no_cause_of_its_own() -> None:
    judged = judge("manage.py", -9, "SIGKILL", ["KeyError: 'X'", "os.environ"])
    assert judged == CollectStaticFailed(manage="manage.py", returncode=-9, signal="SIGKILL", cause=None)


def test_the_summary_is_the_projects_own() -> None:
    said = ["hello from the settings", "", "130 static files copied to '/workspace/static'.", "bye"]
    assert judge("manage.py", 0, None, said) == Collected(summary="130 static files copied to '/workspace/static'")


@pytest.mark.parametrize(
    ("summary", "folder"),
    [
        ("1 static file copied to '/workspace/static'", "static"),
        ("130 static files copied to '/workspace/web/static', 4 unmodified, 384 post-processed", "web/static"),
        ("0 static files copied to '/workspace/it's', 130 unmodified", "it's"),
        ("130 static files copied to '/workspace/static', 2 unmodified, 1 skipped due to conflict", "static"),
        ("5 static files copied to '/workspace'", "."),
        # What lies elsewhere isn't in the image.
        ("7 static files symlinked to '/srv/static'", ""),
        ("7 static files copied to '/workspaces/static'", ""),
        ("7 static files copied to '/tmp/tmpx1y2z3'", ""),
        ("130 static files copied", ""),
        ("", ""),
    ],
)
def test_where_static_files_went(summary: str, folder: str) -> None:
    assert went_into(summary, "/workspace") == folder


@pytest.mark.parametrize(
    ("summary", "folder"),
    [
        ("130 static files copied to '/srv/static'", "/srv/static"),
        ("130 static files copied to '/srv/unmodified', 384 post-processed", "/srv/unmodified"),
        ("130 static files copied to '/srv/static', 1 skipped due to conflict", "/srv/static"),
        # Some lay there already: not all of them were copied.
        ("1 static file copied to '/srv/static', 129 unmodified", ""),
        ("1 static file copied to '/srv/static', 129 unmodified, 384 post-processed", ""),
        ("130 static files copied", ""),
    ],
)
def test_what_all_of_them_were_copied_into(summary: str, folder: str) -> None:
    assert collected_into(summary) == folder


@given(st.integers(-9, 9), st.lists(st.text(max_size=40), max_size=8))
def test_no_output_raises(returncode: int, lines: list[str]) -> None:
    judged = judge("manage.py", returncode, None, lines)
    assert isinstance(judged, Collected) == (returncode == 0)


@pytest.mark.parametrize(
    ("value", "collect"), [(None, True), ("", True), (" ", True), ("true", True), ("false", False), ("0", False)]
)
def test_the_switch(value: str | None, collect: bool) -> None:
    variables = {} if value is None else {COLLECT_VARIABLE: value}
    decision = decide_django(variables, ("manage.py",))
    assert isinstance(decision, DjangoDecision)
    assert decision.collect is collect


@pytest.mark.parametrize(("value", "collect"), [("1", False), ("true", False), ("0", True), ("", True)])
def test_herokus_switch_holds_too_and_is_named(value: str, collect: bool) -> None:
    decision = decide_django({DISABLE_VARIABLE: value}, ("manage.py",))
    assert isinstance(decision, DjangoDecision)
    assert decision.collect is collect
    assert (COLLECT_VARIABLE in decision.because and DISABLE_VARIABLE in decision.because) is not collect
    ours = decide_django({DISABLE_VARIABLE: value, COLLECT_VARIABLE: "true"}, ("manage.py",))
    assert isinstance(ours, DjangoDecision)
    assert ours.collect


def test_a_switch_that_is_neither_is_an_error() -> None:
    assert decide_django({COLLECT_VARIABLE: "maybe"}, ()) == BadSwitch(variable=COLLECT_VARIABLE, value="maybe")


def test_the_first_manage_py_is_taken_and_the_others_are_named() -> None:
    decision = decide_django({}, ("backend/manage.py", "other/manage.py"))
    assert isinstance(decision, DjangoDecision)
    assert decision.manage == "backend/manage.py"
    assert "other/manage.py" in decision.because


def test_the_roots_manage_py_is_meant_and_else_the_nearest() -> None:
    assert meant(["b/manage.py", "manage.py"]) == ("manage.py",)
    assert meant(["c/d/manage.py", "b/manage.py", "a/x/manage.py"]) == ("b/manage.py", "a/x/manage.py", "c/d/manage.py")
    assert meant([]) == ()
