"""The command compares what references lead to, and its exit status says whether anything differs."""

import json
from pathlib import Path

import click.testing
import pytest
from shell.command.comparing import DIFFERS, FAILED, compare

from tests.images import Made, layout_files, saved_files, shop, tar, write_layout
from tests.places import GOLDENS
from tests.schemas import check_schema
from tests.shell.command.test_explaining import on_terminal

PLAN = f"plan:{GOLDENS / 'plan_pip-flask.json'}"


def lamina(*words: str | Path, said: bytes = b"") -> click.testing.Result:
    return click.testing.CliRunner().invoke(compare, [*map(str, words)], input=said)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An image as a layout, as an archive, and as docker saves it; one that nobody's lifecycle built."""
    folder = tmp_path_factory.mktemp("images")
    made = shop()
    write_layout(folder / "layout", made)
    (folder / "archive.tar").write_bytes(tar(layout_files(made)))
    (folder / "saved.tar").write_bytes(tar(saved_files(made)))
    write_layout(folder / "other", Made(layers=(made.layers[0], tar({"etc/motd": b"hello"}))))
    return folder


@pytest.mark.parametrize("form", ["layout", "archive.tar", "saved.tar"])
def test_an_image_is_the_same_in_each_form(folder: Path, form: str) -> None:
    ran = lamina(folder / "layout", folder / form, "--json", "--exit-code")
    assert ran.exit_code == 0, ran.output
    check_schema("compare", ran.output)
    found = json.loads(ran.output)
    assert not found["differs"]
    assert found["same_distributions"] == 4
    assert found["moving"] == {"nbytes": 0, "blobs": 0, "uncompressed": 0, "unknown": 0, "documents": 0}


@pytest.mark.parametrize(("asked", "status"), [((), 0), (("--exit-code",), DIFFERS)])
@pytest.mark.parametrize("other", ["other", PLAN])
def test_exit_status(folder: Path, other: str, asked: tuple[str, ...], status: int) -> None:
    other = other if other == PLAN else str(folder / other)
    ran = lamina(folder / "layout", other, *asked)
    assert ran.exit_code == status, ran.output
    assert "\nDecisions\n" in ran.output


@pytest.mark.parametrize(
    ("side", "says"),
    [
        ("nowhere", "There is no image 'nowhere'"),
        ("plan:nowhere", "plan:nowhere can't be read"),
        ("plan:-", "plan:- is not a plan"),
    ],
)
@pytest.mark.parametrize("as_json", [False, True])
def test_what_cannot_be_compared(folder: Path, side: str, says: str, *, as_json: bool) -> None:
    ran = lamina(folder / "layout", side, "--exit-code", *(("--json",) if as_json else ()), said=b"{")
    assert ran.exit_code == FAILED
    if as_json:
        check_schema("error", ran.output)
    assert says in ran.output


def test_a_plan_that_is_larger_than_one_is_is_not_read(tmp_path: Path) -> None:
    huge = b" " * 32_000_001
    (tmp_path / "plan.json").write_bytes(huge)
    for ran in (lamina(f"plan:{tmp_path}/plan.json", PLAN), lamina("plan:-", PLAN, said=huge)):
        assert ran.exit_code == FAILED
        assert "it has more than 32.0 MB" in ran.output


@pytest.mark.parametrize("more", [(), ("--json",), ("--format", "markdown")])
def test_a_name_that_is_no_utf_8(tmp_path: Path, more: tuple[str, ...]) -> None:
    plan = tmp_path / "plan\udcff.json"
    plan.write_bytes(Path(PLAN.removeprefix("plan:")).read_bytes())
    ran = lamina(f"plan:{plan}", PLAN, *more)
    assert ran.exit_code == 0, ran.output
    assert "plan<U+DCFF>.json" in ran.output or "plan&#60;U+DCFF&#62;.json" in ran.output


def test_a_plan_from_the_standard_input(folder: Path) -> None:
    plan = Path(PLAN.removeprefix("plan:")).read_bytes()
    ran = lamina(folder / "layout", "plan:-", "--json", said=plan)
    check_schema("compare", ran.output)
    assert ran.output == lamina(folder / "layout", PLAN, "--json").output.replace(PLAN, "plan:-")


def test_on_a_terminal_the_columns_are_as_wide_as_it_has_room_for(folder: Path) -> None:
    made = shop()
    labels = {**made.labels, "org.opencontainers.image.title": "A shop that sells all that somebody may want " * 3}
    other = write_layout(folder / "titled", Made(layers=made.layers, labels=labels))

    def widest(columns: str) -> int:
        said = on_terminal("compare", str(folder / "layout"), str(other), COLUMNS=columns)
        return max(map(len, said.partition("Decisions")[2].partition("\r\n\r\n")[0].splitlines()))

    narrow, wide = widest("80"), widest("160")
    assert narrow <= 80 < wide <= 160


def test_as_markdown(folder: Path) -> None:
    ran = lamina(folder / "layout", folder / "other", "--format", "markdown")
    assert (
        "\n| Decision | Before | After |\n|---|---|---|\n| buildpack lamina/python | **1.0.0** | (none) |\n"
        in ran.output
    )
    assert "\n\nNot known\n\n- decisions (after): it has no label io.lamina.decisions\n" in ran.output
