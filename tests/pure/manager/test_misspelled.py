"""Names of files that are nearly those of locks."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pure.manager.choice import NothingToInstall
from pure.manager.misspelled import misspelled, misspelled_locks

from tests.strategies_locked import PROJECT, choice_of


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("uv.lock.txt", "uv.lock"),
        ("Poetry.lock", "poetry.lock"),
        ("pipfile.lock", "Pipfile.lock"),
        ("pdm.lok", "pdm.lock"),
        ("uv.loc", "uv.lock"),
        ("Pipfile.Lock", "Pipfile.lock"),
        ("pylock_prod.toml", "pylock.prod.toml"),
        ("PyLock-prod.toml", "pylock.prod.toml"),
        ("pylock.prod.eu.toml", "pylock.prod-eu.toml"),
        ("pylock.tml", "pylock.toml"),
    ],
)
def test_misspelled_locks_are_pointed_out(wrong: str, right: str) -> None:
    # Beside a declaration too: nobody means to install without the lock that is there.
    for others in (("app.py",), ("pyproject.toml",), ("Pipfile",)):
        error = choice_of(*others, wrong, pyproject_toml=PROJECT)
        assert isinstance(error, NothingToInstall)
        assert error.misspelled == ((wrong, right),)
    assert misspelled_locks((wrong, right)) == ()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=12) | st.sampled_from(["pylock..toml", "pylock-\n.toml", "uv.lock~"]), max_size=5))
def test_whatever_names_there_are_none_is_called_what_it_is_or_what_is_there(names: list[str]) -> None:
    found = misspelled_locks(names)
    assert all(wrong in names and right not in names for wrong, right in found)


def test_other_names_are_no_misspellings() -> None:
    others = ("package-lock.json", "Cargo.lock", "pixi.lock", "poetry.toml", "uv.toml", "yarn.lock", "conda-lock.yml")
    assert misspelled_locks(others) == ()
    assert misspelled(("requirements-dev.txt", "app.py")) == ()
