"""What the application in an image asks for, and where."""

import time

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.image.demands import demands, extras_wanted, guessed, wanted, where_declared
from pure.image.manifest import Image, read_image

from tests.images import Made, shop, tar


def image_of(made: Made) -> Image:
    return read_image(made.config, digest="sha256:x").unwrap()


SHOP = image_of(shop())
UNTOLD = msgspec.structs.replace(SHOP, decisions=None)


def installed_from(source: str, **more: object) -> Image:
    """The shop, were it installed from these files."""
    decisions = SHOP.decisions
    assert decisions is not None
    assert decisions.manager is not None
    manager = msgspec.structs.replace(decisions.manager, source=source, **more)
    return msgspec.structs.replace(SHOP, decisions=msgspec.structs.replace(decisions, manager=manager))


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
    asked = demands(UNTOLD, {f"workspace/{path}": text})
    assert [(each.name, each.words, each.source) for each in asked] == found


CHOSEN = b"""
[project]
name = "shop"
dependencies = ["flask[async]"]
[project.optional-dependencies]
fast = ["uvloop"]
slow = ["asyncio-old"]
[dependency-groups]
docs = ["sphinx", {include-group = "Lint.It"}]
lint_it = ["ruff"]
dev = ["pytest"]
[tool.pdm.dev-dependencies]
bench = ["pyperf"]
[tool.poetry.dependencies]
rich = "^14"
redis = {version = "^6", optional = true, extras = ["hiredis"]}
boto3 = {version = "^1", optional = true}
[tool.poetry.extras]
fast = ["redis"]
cloud = ["boto3"]
[tool.poetry.group.types.dependencies]
mypy = "*"
[tool.uv]
dev-dependencies = ["ipdb"]
[tool.poetry.dev-dependencies]
black = "*"
"""
PIPFILE = b'[requires]\npython_version = "3"\n[packages]\nflask = "*"\n[dev-packages]\npytest = "*"\n[docs]\nruff = ""'


@pytest.mark.parametrize(
    ("source", "raw", "groups", "extras", "names"),
    [
        ("pyproject.toml", CHOSEN, (), (), {"flask", "rich"}),
        ("uv.lock", CHOSEN, ("docs",), (), {"flask", "rich", "sphinx", "ruff"}),
        ("uv.lock", CHOSEN, ("lint-it",), ("Slow",), {"flask", "rich", "ruff", "asyncio-old"}),
        ("poetry.lock", CHOSEN, ("types",), ("fast",), {"flask", "rich", "uvloop", "redis", "mypy"}),
        ("pdm.lock", CHOSEN, ("bench",), ("cloud",), {"flask", "rich", "boto3", "pyperf"}),
        ("poetry.lock", CHOSEN, ("dev",), (), {"flask", "rich", "pytest", "ipdb", "black"}),
        ("Pipfile.lock", PIPFILE, (), (), {"flask"}),
        ("Pipfile.lock", PIPFILE, ("docs",), (), {"flask", "ruff"}),
    ],
)
def test_only_groups_and_extras_that_were_installed_count(
    source: str, raw: bytes, groups: tuple[str, ...], extras: tuple[str, ...], names: set[str]
) -> None:
    (file,) = wanted(installed_from(source), {})
    image = installed_from(source, groups=groups, extras=extras)
    assert {each.name for each in demands(image, {f"workspace/{file}": raw})} == names


@pytest.mark.parametrize(
    ("path", "raw", "names"),
    [
        ("Pipfile", PIPFILE, {"flask", "pytest", "ruff"}),
        ("pyproject.toml", b'[tool.uv]\ndev-dependencies = ["ipdb"]\n', {"ipdb"}),
        ("pyproject.toml", b'[tool.poetry.dev-dependencies]\nblack = "*"\n', {"black"}),
    ],
)
def test_where_nobody_knows_the_groups_all_of_them_count(path: str, raw: bytes, names: set[str]) -> None:
    assert {each.name for each in demands(UNTOLD, {f"workspace/{path}": raw})} == names


def test_what_strangers_include_costs_what_their_text_is_long() -> None:
    chain = "".join(f'g{each} = [{{include-group = "g{each + 1}"}}, "d{each}"]\n' for each in range(20_000))
    image = installed_from("uv.lock", groups=("g0",))
    before = time.process_time()
    found = demands(image, {"workspace/pyproject.toml": f"[dependency-groups]\n{chain}".encode()})
    assert len(found) == 20_000
    # Looked up one by one in each other they took minutes.
    assert time.process_time() - before < 30


def test_extras_that_the_application_wants() -> None:
    image = installed_from("poetry.lock", extras=("fast",))
    found = demands(image, {"workspace/pyproject.toml": CHOSEN})
    assert extras_wanted(image, found) == {"flask": {"async"}, "redis": {"hiredis"}}
    lines = demands(SHOP, {"workspace/requirements.txt": b"flask[async]\nflask[dotenv]>=3\n"})
    assert extras_wanted(SHOP, lines) == {"flask": {"async", "dotenv"}}
    assert extras_wanted(UNTOLD, lines) == {}


@pytest.mark.parametrize(
    ("source", "files", "read"),
    [
        ("requirements.txt", {}, {"requirements.txt"}),
        (
            "deploy/requirements.txt, extra.txt",
            {"deploy/requirements.txt": b"-r deps.txt\n-c ../constraints.txt\n-r https://x.test/r.txt\n"},
            {"deploy/requirements.txt", "extra.txt", "deploy/deps.txt", "constraints.txt"},
        ),
        ("requirements.txt", {"requirements.txt": b"-r requirements.txt\n"}, {"requirements.txt"}),
        ("shop/uv.lock", {}, {"shop/pyproject.toml"}),
        ("pylock.prod.toml", {}, {"pyproject.toml"}),
        ("Pipfile.lock", {}, {"Pipfile"}),
        ("pyproject.toml", {"pyproject.toml": b"-r x.txt"}, {"pyproject.toml"}),
    ],
)
def test_what_the_build_read_is_read(source: str, files: dict[str, bytes], read: set[str]) -> None:
    image = installed_from(source)
    assert wanted(image, {f"workspace/{name}": raw for name, raw in files.items()}) == read


def test_a_stranger_includes_no_more_than_anybody_has() -> None:
    lines = "".join(f"-r {each}.txt\n" for each in range(5_000)).encode()
    assert len(wanted(SHOP, {"workspace/requirements.txt": lines})) == 100


def test_what_no_build_read_asks_for_nothing() -> None:
    files = {"workspace/docs/requirements.txt": b"flask==1\n", "workspace/requirements.txt": b"flask>=3\n-c c.txt\n"}
    found = demands(SHOP, files | {"workspace/c.txt": b"flask<4\n"})
    assert [(each.words, each.source) for each in found] == [
        ("flask<4", "c.txt, line 1"),
        ("flask>=3", "requirements.txt, line 1"),
    ]
    assert not guessed(SHOP)
    assert guessed(UNTOLD)
    assert [each.words for each in demands(UNTOLD, files)] == ["flask==1", "flask>=3"]


@pytest.mark.parametrize(
    ("source", "raw"),
    [
        ("requirements.txt", b"flask>=3\nflask<1; python_version < '3.12'\nflask<2; sys_platform == 'win32'\n"),
        ("pyproject.toml", b"[project]\ndependencies = ['flask>=3', \"flask<1; python_version < '3.12'\"]\n"),
        ("Pipfile", b'[packages]\nflask = ">=3"\nnumpy = {version = "*", markers = "os_name == \'nt\'"}\n'),
    ],
)
def test_what_holds_for_another_python_asks_for_nothing(source: str, raw: bytes) -> None:
    found = demands(installed_from(source), {f"workspace/{source}": raw})
    assert [each.words.replace(" ", "") for each in found] == ["flask>=3"]


def test_only_the_application_is_looked_into() -> None:
    ((layer, pattern),) = where_declared(UNTOLD)
    assert layer is SHOP.layers[4]
    wanted = {"workspace/requirements.txt", "workspace/a/b/pyproject.toml", "workspace/requirements/prod.in"}
    others = {"workspace/shop.py", "workspace/a/b/c/d/Pipfile", "other/requirements.txt", "workspace/node/package.json"}
    assert {each for each in wanted | others if pattern.fullmatch(each)} == wanted
    ((_, named),) = where_declared(SHOP, ["deps.txt"])
    paths = ("workspace/deps.txt", "workspace/depsxtxt", "workspace/a/deps.txt")
    assert [each for each in paths if named.fullmatch(each)] == ["workspace/deps.txt"]
    assert where_declared(image_of(Made(layers=(tar({}),)))) == ()


@given(st.dictionaries(st.sampled_from(["requirements.txt", "pyproject.toml", "Pipfile"]), st.binary(max_size=60)))
def test_any_files_give_a_value(files: dict[str, bytes]) -> None:
    assert isinstance(demands(SHOP, {f"workspace/{name}": raw for name, raw in files.items()}), tuple)
