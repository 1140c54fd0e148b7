"""The real pip fails in every way that we know, and the table knows why (LAMINA_UPDATE_GOLDENS=1 keeps its words)."""

import pytest

from tests.recognition.expected import PIP, keep, recognised
from tests.recognition.pip_scenes import PIP_SCENES
from tests.recognition.source_scenes import SOURCES, build
from tests.recognition.stage import Stage, neutral


def test_every_scene_has_an_expectation() -> None:
    assert PIP_SCENES.keys() == PIP.keys()


@pytest.mark.parametrize("scene", PIP_SCENES)
def test_pip_fails(scene: str, stage: Stage) -> None:
    said = PIP_SCENES[scene](stage)
    found = recognised("pip", said)
    assert type(found) is PIP[scene], "\n".join(said.lines)
    assert "hunter2secret" not in repr(found)
    keep("pip", scene, neutral(said, stage))


@pytest.mark.heavy
@pytest.mark.parametrize("source", SOURCES)
def test_a_real_source_distribution_lacks_something_of_the_system(source: str, stage: Stage) -> None:
    said = build(stage, SOURCES[source])
    found = recognised("pip", said)
    assert type(found).__name__ == "Needed", "\n".join(said.lines)
    keep("pip", f"source_{source}", neutral(said, stage))
