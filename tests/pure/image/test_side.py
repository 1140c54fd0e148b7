"""What is known of an image, by Lamina's label or by a lifecycle's, and what isn't."""

import msgspec
from hypothesis import given
from pure.build.decisions import (
    DecidedCommands,
    DecidedLayer,
    DecidedManager,
    DecidedProcess,
    DecidedPython,
    DecidedStatic,
    Decisions,
)
from pure.image.contents import Contents
from pure.image.difference import compare_sides
from pure.image.manifest import Builder, Image, ProcessOfImage
from pure.image.side import KINDS, Side, decided_by, side_of_image

from tests.strategies_image import sides

PYTHON = DecidedPython(version="3.13.1", request="3.13", source=".python-version, line 1", because=("it is asked for",))
DECISIONS = Decisions(
    target="linux/amd64 (debian 12)",
    python=PYTHON,
    processes=(
        DecidedProcess(
            type="web", command=("gunicorn", "a b:app"), source="Procfile, line 1", because=("",), default=True
        ),
    ),
    layers=(
        DecidedLayer(name="venv", because="the dependencies"),
        DecidedLayer(name="dist-polars", because="it is big", distribution="polars", version="1.2"),
    ),
)


def image(**more: object) -> Side:
    values = {
        "digest": "sha256:1",
        "arch": "amd64",
        "layers": (),
        "processes": (ProcessOfImage(type="web", command=("sh", "-c"), args=("x y",), default=True),),
        "buildpacks": (Builder(id="somebody/else", version="1"),),
        "env": {"PATH": "/bin"},
        "user": "1000",
        "ports": ("80/tcp",),
        "labels": {
            "io.lamina.decisions": "…",
            "io.lamina.dependencies.digest": "…",
            "io.buildpacks.build.metadata": "…",
            "team": "shop",
        },
        **more,
    }
    return side_of_image(Image(**values), Contents(missing=("who needs what",)), name="image")  # type: ignore[arg-type]


def words(side: Side) -> dict[str, dict[str, str]]:
    return {kind: {name: each.value for name, each in found.items()} for kind, found in side.decided.items()}


def test_an_image_of_somebody_elses_has_what_labels_of_lifecycles_tell() -> None:
    side = image(undecided="it has no label")
    assert words(side) == {
        "target": {"": "linux/amd64"},
        "buildpack": {"somebody/else": "1"},
        "command": {"web": "sh -c 'x y'"},
        "default": {"": "web"},
        "entrypoint": {},
        "cmd": {},
        "user": {"": "1000"},
        "workdir": {},
        "port": {"80/tcp": "exposed"},
        "variable": {"PATH": "/bin"},
        # The others are compared in parts.
        "label": {"team": "shop"},
    }
    assert [(each.what, each.because) for each in side.unknown] == [
        ("decisions", "it has no label"),
        ("distributions", "lamina/python didn't build it"),
    ]


def test_an_image_of_laminas_has_its_decisions() -> None:
    found = words(image(decisions=DECISIONS))
    assert found["python"] == {"": "3.13.1"}
    assert found["distro"] == {"": "debian 12"}
    assert found["process"] == {"web": "gunicorn 'a b:app'"}
    assert found["layer"] == {"venv": "a layer"}
    assert found["heavy"] == {"dist-polars": "polars 1.2"}
    assert found["command"] == {"web": "sh -c 'x y'"}


def test_what_starts_is_compared_in_the_words_that_both_have() -> None:
    ours, theirs = image(decisions=DECISIONS), image(undecided="it has no label")
    assert not compare_sides(ours, theirs).decisions
    assert compare_sides(ours, theirs).not_compared == (
        "distro",
        "python",
        "manager",
        "sets",
        "groups",
        "extras",
        "build",
        "static",
        "folder",
        "division",
        "layer",
        "heavy",
    )
    moved = image(decisions=DECISIONS, processes=())
    assert not compare_sides(ours, moved).decisions
    (process, default) = compare_sides(theirs, image(undecided="", processes=())).decisions
    assert (process.kind, default.kind) == ("command", "default")


def test_a_process_that_one_side_has_is_told_in_the_words_of_whoever_decided_it() -> None:
    none = image(undecided="it has no label", processes=())
    (found, _) = compare_sides(none, image(decisions=DECISIONS)).decisions
    assert found.kind == "command"
    assert found.after is not None
    assert (found.after.value, found.after.shown) == ("sh -c 'x y'", "gunicorn 'a b:app'")
    assert found.after.because == ("Procfile, line 1",)


def test_what_others_made_of_it_is_told() -> None:
    made, other = image(decisions=DECISIONS), image(decisions=DECISIONS, entrypoint=("sh",), user="0", ports=())
    assert [each.kind for each in compare_sides(made, other).decisions] == ["entrypoint", "user", "port"]
    (target,) = compare_sides(made, image(decisions=None, os="windows")).decisions
    assert (target.kind, target.after and target.after.value) == ("target", "windows/amd64")


def test_what_is_set_for_a_process_alone_is_part_of_it() -> None:
    (web,) = DECISIONS.processes

    def setting(value: str) -> Side:
        process = msgspec.structs.replace(web, variables={"DJANGO_SETTINGS_MODULE": value})
        return image(decisions=msgspec.structs.replace(DECISIONS, processes=(process,)))

    assert words(setting("shop.prod"))["process"] == {"web": "DJANGO_SETTINGS_MODULE=shop.prod gunicorn 'a b:app'"}
    (found,) = compare_sides(setting("shop.prod"), setting("shop.dev")).decisions
    assert (found.kind, found.name) == ("process", "web")


def test_a_local_build_stands_upon_nothing() -> None:
    side = image(decisions=DECISIONS, based=False)
    assert compare_sides(side, image(decisions=DECISIONS)).not_compared == ("user", "workdir", "port", "variable")


def deciding(**more: object) -> Decisions:
    return msgspec.structs.replace(DECISIONS, **more)


def test_labels_that_were_asked_for_are_compared_where_not_all_are_known() -> None:
    asked = deciding(labels={"team": "BP_IMAGE_LABELS", "gone": "BP_OCI_TITLE"})
    side, other = image(decisions=asked), image(decisions=asked, labels={"team": "bikes"})
    # What a variable asks for and the image hasn't somebody has taken out.
    assert words(side)["asked"] == {"team": "shop"}
    (found,) = compare_sides(side, other).decisions
    assert (found.kind, found.name) == ("label", "team")
    (found,) = compare_sides(image(decisions=asked, based=False), other).decisions
    assert (found.kind, found.name) == ("asked", "team")


def test_what_else_was_decided_is_known() -> None:
    static = DecidedStatic(collected=True, source="manage.py", because="the project has manage.py", folder="static")
    decisions = deciding(
        manager=DecidedManager(
            name="uv",
            source="uv.lock",
            because=(),
            groups=("docs", "web"),
            groups_by="$BP_PYTHON_GROUPS",
            extras=("x",),
        ),
        commands=DecidedCommands(lines=("make css", "make js"), source="pyproject.toml", because="it says so"),
        static=static,
    )
    side = image(decisions=decisions)
    found = words(side)
    assert found["groups"] == {"": "docs, web"}
    assert side.decided["groups"][""].because == ("added by $BP_PYTHON_GROUPS",)
    assert found["extras"] == {"": "x"}
    assert found["build"] == {"1": "make css", "2": "make js"}
    assert (found["static"], found["folder"]) == ({"": "collected"}, {"": "static"})
    none = image(decisions=DECISIONS)
    kinds = [each.kind for each in compare_sides(none, side).decisions]
    assert kinds == ["manager", "groups", "extras", "build", "build", "static", "folder"]


def test_words_that_were_cut_are_not_compared() -> None:
    cut = image(decisions=deciding(cut=True, shortened=True, processes=()))
    assert [each.what for each in cut.unknown] == ["reasons and users' own words", "distributions"]
    assert compare_sides(cut, image(decisions=DECISIONS)).decisions == ()
    assert "build" not in cut.decided


def test_labels_that_were_too_many_are_not_compared() -> None:
    asked = image(decisions=deciding(labels={"team": "BP_IMAGE_LABELS"}), labels={"team": "shop"})
    many = image(decisions=deciding(labels=None), labels={"team": "other"}, based=False)
    assert "which labels variables ask for" in [each.what for each in many.unknown]
    found = compare_sides(asked, many)
    assert "asked" not in [each.kind for each in found.decisions]
    assert "asked" in found.not_compared


@given(sides())
def test_each_kind_has_its_place(side: Side) -> None:
    assert set(side.decided) <= set(KINDS)
    assert set(decided_by(DECISIONS, labels={})) <= set(KINDS)
