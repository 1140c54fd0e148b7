"""The real uv, Poetry, Pipenv and PDM fail, and the table knows why (LAMINA_UPDATE_GOLDENS=1 keeps their words)."""

import pytest

from tests.often import seldom
from tests.recognition.expected import TOOLS, keep, recognised
from tests.recognition.stage import Stage, neutral
from tests.recognition.tool_scenes import MANAGERS, TOOL_SCENES

FAILING = [(tool, scene) for tool, scenes in TOOLS.items() for scene, kind in scenes.items() if kind is not None]


def test_every_scene_has_an_expectation() -> None:
    for scenes in TOOLS.values():
        assert TOOL_SCENES.keys() == scenes.keys()


@pytest.mark.heavy
@pytest.mark.parametrize(("tool", "scene"), seldom(FAILING, *FAILING[::3]))
def test_a_tool_fails(tool: str, scene: str, stage: Stage) -> None:
    manager = next(each for each in MANAGERS if each.name == tool)
    said = TOOL_SCENES[scene](stage, manager)
    found = recognised(tool, said)
    assert type(found) is TOOLS[tool][scene], "\n".join(said.lines)
    keep(tool, scene, neutral(said, stage))
