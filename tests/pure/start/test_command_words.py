"""What a declared command runs: its words, its variables, its folder."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.start.command_words import below, runs


def words(line: str) -> list[tuple[str, ...]]:
    return [each.texts for each in runs(("bash", "-c", line))]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("gunicorn app:app", [("gunicorn", "app:app")]),
        ("python manage.py migrate && exec gunicorn app:app", [
            ("python", "manage.py", "migrate"), ("gunicorn", "app:app"),
        ]),
        ("FLASK_ENV=production PORT=80 flask run", [("flask", "run")]),
        ("env A=b gunicorn -b 0.0.0.0:$PORT app:app", [("gunicorn", "-b", "0.0.0.0:$PORT", "app:app")]),
        ("gunicorn 'my app':app \"a b\"c", [("gunicorn", "my app:app", "a bc")]),
        ("gunicorn -w $((2 * $(nproc) + 1)) app:app", [("gunicorn", "-w", "$((2 * $(nproc) + 1))", "app:app")]),
        ("gunicorn -w $(nproc) app:app", [("gunicorn", "-w", "$(nproc)", "app:app")]),
        ("gunicorn -b :${PORT:-8000} app:app > /dev/null 2>&1", [("gunicorn", "-b", ":${PORT:-8000}", "app:app")]),
        ("a 2>&1 | tee log &", [("a",), ("tee", "log")]),
        ("if [ -n x ]; then a; else b; fi", [("a",), ("b",)]),
        ("echo 'open", []),
    ],
)  # fmt: skip
def test_the_programs_of_a_line(line: str, expected: list[tuple[str, ...]]) -> None:
    assert words(line) == expected


def test_a_command_without_a_shell_is_one_run() -> None:
    assert [each.texts for each in runs(("gunicorn", "my app:app"))] == [("gunicorn", "my app:app")]


def test_a_line_changes_its_folder() -> None:
    found = runs(("bash", "-c", "cd src/shop && python a.py; cd .. && python b.py; cd /srv && python c.py"))
    assert [each.folder for each in found] == ["src/shop", "src", "$"]


def test_variables_stand_beside_their_run() -> None:
    (found,) = runs(("bash", "-c", "PYTHONPATH=src gunicorn shop:app"))
    assert found.variables == (("PYTHONPATH", "src"),)


@pytest.mark.parametrize(
    ("folder", "path", "expected"),
    [
        ("", "./a/../b", "b"),
        ("a", "b/c", "a/b/c"),
        ("", "..", "$"),
        ("a", "/etc", "$"),
        ("a", "~/x", "$"),
        ("", ".", ""),
    ],
)
def test_a_path_stays_below_the_application(folder: str, path: str, expected: str) -> None:
    assert below(folder, path) == expected


@given(st.text(alphabet="ab $(){}'\"\\;&|<>=\n`cd/.", max_size=80))
def test_any_line_gives_runs_whose_words_stand_where_they_say(line: str) -> None:
    for run in runs(("bash", "-c", line)):
        assert run.texts[0]
        for word in run.words:
            assert 0 <= word.start < word.end <= len(line)


@pytest.mark.parametrize("piece", ["$(", "'", '"', "`", "\\", "${", "2>", "a=", "<<", "$(a", "$((a ", "$(()", '"\\'])
def test_the_time_of_a_line_grows_with_its_length_alone(piece: str) -> None:
    def taken(line: str) -> float:
        started = time.perf_counter()
        runs(("bash", "-c", line))
        return time.perf_counter() - started

    # The longest that is looked at would take a quarter of a second if it were quadratic by any step that counts.
    assert taken(piece * (8000 // len(piece))) < 0.25
