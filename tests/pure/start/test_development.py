"""What is declared for development only."""

import pytest
from pure.project.document import Document
from pure.start.development import left_out


@pytest.mark.parametrize(
    ("file", "text", "place"),
    [
        ("Pipfile", '[dev-packages]\ngunicorn = "*"\n', "[dev-packages] of Pipfile"),
        ("pyproject.toml", '[dependency-groups]\ndev = ["Gunicorn>=20"]\n', "the group dev of pyproject.toml"),
        (
            "pyproject.toml",
            '[tool.poetry.group.web.dependencies]\ngunicorn = "^20"\n',
            "the group web of pyproject.toml",
        ),
        ("pyproject.toml", '[tool.poetry.dev-dependencies]\ngunicorn = "^20"\n', "dev-dependencies of pyproject.toml"),
        ("pyproject.toml", '[tool.uv]\ndev-dependencies = ["gunicorn"]\n', "dev-dependencies of pyproject.toml"),
        ("pyproject.toml", '[tool.pdm.dev-dependencies]\nx = ["gunicorn"]\n', "the group x of pyproject.toml"),
        (
            "pyproject.toml",
            '[project]\n[project.optional-dependencies]\nweb = ["gunicorn[gevent]"]\n',
            "the extra web of pyproject.toml",
        ),
    ],
)
def test_the_place_of_a_development_dependency(file: str, text: str, place: str) -> None:
    assert left_out({file: Document(raw=text.encode())}) == {"gunicorn": place}


@pytest.mark.parametrize("raw", [b"", b"x = = 1", b"dependency-groups = 3", b"[dependency-groups]\nx = [3, {y = 1}]"])
def test_files_that_say_nothing(raw: bytes) -> None:
    assert left_out({"pyproject.toml": Document(raw=raw), "Pipfile": None}) == {}
