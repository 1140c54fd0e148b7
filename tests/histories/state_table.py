"""The table of ARCHITECTURE.md that says what becomes of a heavy distribution's layer, as tests read it."""

from typing import Final, TypeAlias

from tests.places import ROOT

Row: TypeAlias = tuple[str, str, str]
"""What becomes of the environment, what the platform has of the layer, where its contents are: the table's words."""

_HEADER: Final = "| `venv` | a heavy distribution's layer | the contents | what is done |"

UNCHANGED: Final[Row] = ("kept", "all as they were", "away")
LOST: Final[Row] = (
    "kept, if all else is",
    "one is lost: not in the image, of another release, or needed while it builds and not restored",
    "away",
)
HELD: Final[Row] = ("reconciled", "as it was", "away")
SAME: Final[Row] = ("reconciled, made", "as it was", "at hand, since it was installed again")
MADE: Final[Row] = ("reconciled, made", "there is none, or another", "at hand")
UNWANTED: Final[Row] = (
    "reconciled",
    "not wanted any more by the division (others are heavier, it shares its paths)",
    "away",
)
GONE: Final[Row] = ("any", "nothing that is installed lies in it", "–")  # noqa: RUF001  (the table's own dash)

DONE: Final[dict[Row, str]] = {
    UNCHANGED: "nothing: metadata are written again",
    LOST: "`venv` is reconciled: that one is taken out and installed again",
    HELD: "*held*: linked again",
    SAME: "*the same*: they become the layer, which the image has already",
    MADE: "*made*: the contents move into it",
    UNWANTED: "that one is installed again, by itself",
    GONE: "dropped",
}


def written() -> dict[Row, str]:
    """The table as ARCHITECTURE.md has it."""
    return {(venv, layer, contents): done for venv, layer, contents, done in rows(_HEADER)}


def rows(header: str) -> list[list[str]]:
    """The rows of the table of ARCHITECTURE.md with this header."""
    _, _, after = (ROOT / "ARCHITECTURE.md").read_text().partition(f"{header}\n")
    return [line.strip("| ").split(" | ") for line in after.partition("\n\n")[0].splitlines()[1:]]
