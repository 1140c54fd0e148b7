"""What the application in an image asks for, and where."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.image.demands import Demanded, demands, where_declared
from pure.image.manifest import Image, read_image

from tests.images import Made, shop, tar


def image_of(made: Made) -> Image:
    return read_image(made.config, digest="sha256:x").unwrap()


SHOP = image_of(shop())
HASH = b"--hash=sha256:" + b"0" * 64
PYPROJECT = b"""
[project]
name = "shop"
dependencies = ["Flask>=3", "private @ https://ada:sesame@x.test/p.whl"]
[project.optional-dependencies]
fast = ["uvloop>=1"]
[dependency-groups]
dev = ["pytest", {include-group = "lint"}]
[tool.poetry.dependencies]
python = "^3.11"
rich = "^14"
httpx = {version = "^0.28", extras = ["http2"]}
local = {path = "../local"}
[tool.poetry.group.docs.dependencies]
sphinx = "*"
"""


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        (
            "requirements.txt",
            b"# comment\nflask >= 3 \\\n  ; python_version > '3' " + HASH + b"\n-r more.txt\n./local\n",
            [("flask", "flask >= 3 ; python_version > '3'", "requirements.txt, line 2")],
        ),
        ("deploy/requirements/prod.txt", b"Flask\n", [("flask", "Flask", "deploy/requirements/prod.txt, line 1")]),
        (
            "pyproject.toml",
            PYPROJECT,
            [
                ("flask", "Flask>=3", "pyproject.toml, [project] dependencies"),
                ("private", "private @ https://x.test/p.whl", "pyproject.toml, [project] dependencies"),
                ("uvloop", "uvloop>=1", "pyproject.toml, extra fast"),
                ("pytest", "pytest", "pyproject.toml, group dev"),
                ("rich", "rich ^14", "pyproject.toml, [tool.poetry.dependencies]"),
                ("httpx", "httpx ^0.28", "pyproject.toml, [tool.poetry.dependencies]"),
                ("local", "local", "pyproject.toml, [tool.poetry.dependencies]"),
                ("sphinx", "sphinx *", "pyproject.toml, group docs of Poetry"),
            ],
        ),
        ("Pipfile", b'[packages]\nflask = "*"\n', [("flask", "flask *", "Pipfile, [packages]")]),
        ("pyproject.toml", b"[[", []),
        ("requirements.txt", b"\xff\xfe\xff", []),
    ],
)
def test_declarations(path: str, text: bytes, found: list[tuple[str, str, str]]) -> None:
    rows = [Demanded(name=name, words=words, source=source) for name, words, source in found]
    assert list(demands(SHOP, {f"workspace/{path}": text})) == rows


def test_only_the_application_is_looked_into() -> None:
    ((layer, pattern),) = where_declared(SHOP)
    assert layer is SHOP.layers[4]
    wanted = {"workspace/requirements.txt", "workspace/a/b/pyproject.toml", "workspace/requirements/prod.in"}
    others = {"workspace/shop.py", "workspace/a/b/c/d/Pipfile", "other/requirements.txt", "workspace/node/package.json"}
    assert {each for each in wanted | others if pattern.fullmatch(each)} == wanted
    assert where_declared(image_of(Made(layers=(tar({}),)))) == ()


@given(st.dictionaries(st.sampled_from(["requirements.txt", "pyproject.toml", "Pipfile"]), st.binary(max_size=60)))
def test_any_files_give_a_value(files: dict[str, bytes]) -> None:
    assert isinstance(demands(SHOP, {f"workspace/{name}": raw for name, raw in files.items()}), tuple)
