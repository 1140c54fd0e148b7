"""For which Pythons everything locked has wheels, and what that makes of the choice."""

from collections.abc import Mapping
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import parse_wheel_filename
from pure.outcome import Failure, Success
from pure.python.catalogue import Catalogue, Runtime, encode_catalogue
from pure.python.choice import PythonDecision, choose_runtime
from pure.python.offer import CatalogueText, RuntimeFacts
from pure.python.requirers import Requirers
from pure.python.wheels import PREFER_WHEELS_VARIABLE, fits
from pure.switches import BadSwitch
from pure.target import Target

from tests.documents import documents

MINORS = ("3.11", "3.12", "3.13", "3.14")
LINUX = "manylinux_2_17_x86_64.manylinux2014_x86_64"
ENDS = b'{"3.11": "2027-10-31", "3.12": "2028-10-31", "3.13": "2029-10-31", "3.14": "2030-10-31"}'


def facts(files: Mapping[str, str], variables: Mapping[str, str] = {}, today: date = date(2026, 11, 1)) -> RuntimeFacts:
    runtimes = tuple(
        Runtime(
            version=f"{minor}.{patch}",
            os="linux",
            arch="amd64",
            url=f"https://x.invalid/{minor}.{patch}",
            sha256="0" * 64,
        )
        for minor in MINORS
        for patch in (1, 2)
    )
    raw = encode_catalogue(Catalogue(runtimes=runtimes))
    return RuntimeFacts(
        target=Target(os="linux", arch="amd64"),
        today=today,
        variables=variables,
        catalogue=CatalogueText(raw=raw, origin="data/cpython.json"),
        end_of_life=CatalogueText(raw=ENDS, origin="data/end-of-life.json"),
        version_files=documents(dict(files)),
    )


def chosen(files: Mapping[str, str], variables: Mapping[str, str] = {}, **more: date) -> PythonDecision:
    found = choose_runtime(facts(files, variables, **more), Requirers())
    assert isinstance(found, Success), found
    return found.unwrap()


def wheels(name: str, *minors: str, platform: str = LINUX) -> list[str]:
    tags = [f"cp{minor.replace('.', '')}" for minor in minors]
    return [f"{name}-1.0-{tag}-{tag}-{platform}.whl" for tag in tags]


# Of a development tool.
OTHER = wheels("tool", "3.11")[0]


def lock(kind: str, *files: str, marker: str = "", name: str = "numpy", python: str = ">=3.11") -> dict[str, str]:
    """A lock of one distribution with these files."""
    quoted = marker.replace('"', "'")
    match kind:
        case "uv.lock":
            said = f', marker = "{quoted}"' if marker else ""
            edge = f'{{ name = "{name}"{said} }}'
            listed = ", ".join(f'{{ url = "https://x.invalid/a/{file}", hash = "sha256:0" }}' for file in files)
            return {
                kind: f'version = 1\nrequires-python = "{python}"\n[[package]]\nname = "app"\nversion = "1"\n'
                f'source = {{ virtual = "." }}\ndependencies = [{edge}]\n[package.dev-dependencies]\n'
                f'dev = [{{ name = "tool" }}]\n[[package]]\nname = "{name}"\nversion = "1.0"\nwheels = [{listed}]\n'
                f'[[package]]\nname = "tool"\nversion = "2"\nwheels = [{{ filename = "{OTHER}" }}]\n'
            }
        case "poetry.lock" | "pdm.lock":
            listed = ", ".join(f'{{file = "{file}", hash = "sha256:0"}}' for file in files)
            poetry = kind == "poetry.lock"
            said = f'{"markers" if poetry else "marker"} = "{quoted}"\n' if marker else ""
            bounds = f'lock-version = "2.1"\npython-versions = "{python}"' if poetry else 'lock_version = "4.5.0"'
            targets = "" if poetry else f'[[metadata.targets]]\nrequires_python = "{python}"\n'
            group = "main" if poetry else "default"
            return {
                kind: f'[metadata]\n{bounds}\n{targets}[[package]]\nname = "{name}"\nversion = "1.0"\n{said}'
                f'groups = ["{group}", "dev"]\nfiles = [{listed}]\n[[package]]\nname = "tool"\nversion = "2"\n'
                f'groups = ["dev"]\nfiles = [{{file = "{OTHER}"}}]\n'
            }
        case _:
            listed = ", ".join(f'{{ url = "https://x.invalid/a/{file}", hashes = {{}} }}' for file in files)
            said = f'marker = "{quoted}"\n' if marker else ""
            return {
                kind: f'lock-version = "1.0"\nrequires-python = "{python}"\n[[packages]]\nname = "{name}"\n{said}'
                f'version = "1.0"\nwheels = [{listed}]\n'
            }


KINDS = ("uv.lock", "poetry.lock", "pdm.lock", "pylock.toml")


@pytest.mark.parametrize("kind", KINDS)
def test_the_newest_minor_that_everything_has_wheels_for(kind: str) -> None:
    files = lock(kind, *wheels("numpy", "3.11", "3.12", "3.13"), "numpy-1.0.tar.gz")
    decision = chosen(files)
    assert decision.version == "3.13.2"
    assert decision.because[0].endswith(" asks for >=3.11")
    why, which = decision.because[1:]
    assert why == f"{kind} has no wheels for Python 3.14 of numpy 1.0, which would be built from source"
    assert which.startswith(
        "3.13.2 is the newest version that it has wheels of everything for (BP_PYTHON_PREFER_WHEELS"
    )
    # The switch, whoever names a version, and the bounds come first.
    assert chosen(files, {PREFER_WHEELS_VARIABLE: "false"}).version == "3.14.2"
    assert chosen(files, {"BP_PYTHON_VERSION": "3.14"}).version == "3.14.2"
    assert chosen({**files, ".python-version": "3.14.1\n"}).version == "3.14.1"
    assert chosen({**files, "pyproject.toml": '[project]\nrequires-python = ">=3.14"\n'}).version == "3.14.2"
    assert chosen({**files, "pyproject.toml": '[project]\nrequires-python = "<3.13"\n'}).version == "3.12.2"
    # Of a version past its end of life no new image is made by itself.
    assert chosen(files, today=date(2029, 12, 1)).version == "3.14.2"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("files", "marker"),
    [
        # It has one for the default.
        (wheels("numpy", "3.13", "3.14"), ""),
        (["numpy-1.0-cp311-abi3-manylinux_2_28_x86_64.whl"], ""),
        ([*wheels("numpy", "3.13"), "numpy-1.0-py3-none-any.whl"], ""),
        # It has none for any: no other version helps.
        (["numpy-1.0.tar.gz"], ""),
        ([], ""),
        (wheels("numpy", "3.13", platform="win_amd64"), ""),
        (wheels("numpy", "3.13", platform="manylinux_2_17_aarch64"), ""),
        (wheels("numpy", "3.13", platform="musllinux_1_2_x86_64"), ""),
        (wheels("numpy", "3.10"), ""),
        # It isn't needed there.
        (wheels("numpy", "3.12", "3.13"), 'python_version < "3.14"'),
        (wheels("numpy", "3.13"), 'sys_platform == "win32"'),
    ],
)
def test_nothing_changes_where_no_other_version_is_better(kind: str, files: list[str], marker: str) -> None:
    assert chosen(lock(kind, *files, marker=marker)).version == "3.14.2"


def test_only_the_lock_that_counts_is_asked() -> None:
    files = lock("uv.lock", *wheels("numpy", "3.13"))
    assert chosen(files).version == "3.13.2"
    assert chosen(files, {"BP_PYTHON_PACKAGE_MANAGER": "pip"}).version == "3.14.2"
    named = {"pylock.prod.toml": lock("pylock.toml", *wheels("numpy", "3.12"))["pylock.toml"]}
    assert chosen(named).version == "3.14.2"
    assert chosen(named, {"BP_PYLOCK": "prod"}).version == "3.12.2"


def test_the_switch_is_one() -> None:
    found = choose_runtime(facts({}, {PREFER_WHEELS_VARIABLE: "perhaps"}), Requirers())
    assert found == Failure(BadSwitch(variable=PREFER_WHEELS_VARIABLE, value="perhaps"))


TAGS = st.sampled_from(
    ["cp311", "cp312", "cp313", "cp314", "cp39", "cp3", "py3", "py2.py3", "py311", "py313", "pp310", "py2"]
)
ABIS = st.sampled_from(["none", "abi3", "cp311", "cp313", "cp314", "cp314t", "cp39.abi3", "pypy310_pp73"])
PLATFORMS = st.sampled_from(["any", LINUX, "manylinux1_x86_64", "win32", "macosx_11_0_arm64", "manylinux_2_17_aarch64"])


@settings(max_examples=300, deadline=None)
@given(TAGS, ABIS, PLATFORMS, st.sampled_from(MINORS))
def test_what_fits_is_what_packaging_says(tag: str, abi: str, platform: str, minor: str) -> None:
    name = f"alpha-1.0-{tag}-{abi}-{platform}.whl"
    version = (3, int(minor.partition(".")[2]))
    platforms = [*LINUX.split("."), "manylinux1_x86_64"]
    accepted: set[Tag] = set(cpython_tags(version, platforms=platforms))
    accepted |= set(compatible_tags(version, interpreter=f"cp{version[0]}{version[1]}", platforms=platforms))
    assert fits(name, minor, arch="amd64") == bool(parse_wheel_filename(name)[3] & accepted)


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(st.sampled_from(["a", "b", "c"]), st.sets(st.sampled_from(MINORS)), max_size=3),
    st.sampled_from(KINDS[1:]),
    st.sampled_from(["", "3.11", "3.12"]),
)
def test_the_choice_is_within_all_bounds_and_never_worse(has: dict[str, set[str]], kind: str, below: str) -> None:
    texts = [lock(kind, *wheels(name, *sorted(minors)), name=name)[kind] for name, minors in has.items()]
    heading, table = ("packages" if kind == "pylock.toml" else "package"), ""
    for text in texts:
        head, _, rest = text.partition(f"[[{heading}]]")
        table = f"{table or head}[[{heading}]]{rest}"
    files = {kind: table} if texts else {}
    bounds = {"pyproject.toml": f'[project]\nrequires-python = "!={below}.*"\n'} if below else {}
    decision = chosen({**files, **bounds})
    minor = decision.runtime.minor
    assert minor != below
    allowed = [each for each in MINORS if each != below]
    complete = [each for each in allowed if all(each in minors or not minors for minors in has.values())]
    assert minor == (max(complete) if complete else "3.14")


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(KINDS), st.text(max_size=40))
def test_any_text_gives_a_choice(kind: str, text: str) -> None:
    assert isinstance(choose_runtime(facts({kind: f"version = 1\npackage = {text}"}), Requirers()), Success | Failure)
