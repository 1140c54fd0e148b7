"""What an environment that was changed in place is compared with."""

from pure.build.check import Snapshot, why_not_equal
from pure.venv.difference import Changes, Kept, Redone, Removed
from pure.venv.installed import InstalledSet, parse_installed
from pure.venv.piece import Piece
from pure.venv.resolved import Distribution, Index, resolved_set


def _installed(**shared: str) -> InstalledSet:
    """Distributions that have a file in common, each with the digest that its RECORD states."""
    files: dict[str, bytes] = {}
    for name, digest in shared.items():
        info = f"{name}-1.dist-info"
        files[f"{info}/METADATA"] = f"Name: {name}\nVersion: 1\n".encode()
        files[f"{info}/RECORD"] = f"common.py,sha256={digest},1\n{info}/RECORD,,\n{info}/METADATA,,\n".encode()
    return parse_installed(files, python_minor="3.13")


def _reasons(first: str, second: str) -> tuple[str, ...]:
    before, now = _installed(one=first, two=second), _installed(one=first)
    paths = {path for each in now.distributions for path in each.paths}
    resolved = resolved_set([Distribution(name="one", version="1", origin=Index(file=""), requested=True)])
    changes = Changes(remove=(Removed(name="two", version="1"),), keep=(Kept(name="one", version="1"),))
    return why_not_equal(
        Snapshot(installed=now, files=tuple(sorted(paths))), resolved, changes, Snapshot(installed=before, files=())
    )


def test_whoever_is_taken_away_may_leave_its_contents_in_a_shared_file() -> None:
    assert _reasons("x", "y") == ("one and two shared lib/python3.13/site-packages/common.py",)


def test_a_shared_file_of_equal_contents_stays_right() -> None:
    assert _reasons("x", "x") == ()


def test_what_was_installed_to_be_at_hand_is_at_hand() -> None:
    """Nothing else ends a build in which contents that are away stay away, however often they are installed."""
    now = _installed(one="x")
    away = Piece(
        name="one", version="1", nbytes=20_000_000, key="k" * 64, links=("lib/python3.13/site-packages/common.py",)
    )
    seen = Snapshot(
        installed=now, files=tuple(sorted(path for each in now.distributions for path in each.paths)), apart=(away,)
    )
    resolved = resolved_set([Distribution(name="one", version="1", origin=Index(file=""), requested=True)])
    again = Changes(redo=(Redone(name="one", version="1", because="contents_lost"),))
    kept = Changes(keep=(Kept(name="one", version="1"),))
    before = Snapshot(installed=now, files=())
    assert why_not_equal(seen, resolved, again, before) == ("the contents of one are missing",)
    assert why_not_equal(seen, resolved, kept, before) == ()
