"""Equal inputs give equal layers and equal images, byte for byte."""

from pathlib import Path

import pytest

from tests.builds.lamina import APPLICATION, Lamina, digest_line, write_application
from tests.builds.workshop import Workshop


@pytest.mark.heavy
def test_layers_and_images(tmp_path: Path, workshop: Workshop, built_once: Path) -> None:
    app = write_application(tmp_path / "app")
    one, two = Lamina(tmp_path / "one", workshop), Lamina(tmp_path / "two", workshop)
    one.start_from(built_once)
    first = two.build(app)
    assert first.status == 0, first.both
    assert {"lamina/python:python", "lamina/python:venv", "app", "config"} <= two.digests().keys()
    assert one.digests() == two.digests()

    again = one.build(app)
    assert again.status == 0, again.both
    assert "no layer new" in again.out
    assert one.digests() == two.digests()
    assert digest_line(again) == digest_line(first)

    # An environment that went through other requirements gives the image of a first build.
    (app / "requirements.txt").write_text("alpha==1.0\ndelta\n")
    assert one.build(app).status == 0
    assert one.digests() != two.digests()
    (app / "requirements.txt").write_text(APPLICATION["requirements.txt"])
    reconciled = one.build(app)
    assert "reconciled venv" in reconciled.out, reconciled.both
    assert one.digests() == two.digests()
    assert digest_line(reconciled) == digest_line(first)
