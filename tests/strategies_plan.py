"""Generators of facts: everything that a plan depends on."""

from collections.abc import Mapping
from datetime import date

import msgspec
import tomli_w
from hypothesis import strategies as st
from pure.build.facts import Facts
from pure.build.plan import Plan, decide
from pure.layers.decision import LayerDecision, RestoredLayer
from pure.layers.metadata import metadata_table
from pure.layers.names import PYTHON, VENV, VENV_CACHE
from pure.layers.packing import held
from pure.outcome import Failure, Outcome, Success
from pure.project.requirements.collection import MissingFiles, RequirementsSet, collect
from pure.project.requirements.errors import RequirementsError
from pure.python.catalogue import Catalogue, Runtime, encode_catalogue
from pure.python.choice import CatalogueText
from pure.runtime.linked import encode_linked
from pure.target import Distro, Target
from pure.venv.resolved import ResolvedSet
from pure.venv.state import VenvState, encode_state

from tests.documents import documents

MINORS = ("3.12", "3.13", "3.14")
PATCHES = ("0", "1", "2")
ARCHES = ("amd64", "arm64")
DISTROS = (Distro(name="ubuntu", version="24.04"), Distro(name="debian", version="13"))
END_OF_LIFE = b'{"3.12": "2028-10-31", "3.13": "2029-10-31", "3.14": "2030-10-31"}'
PINS = ("25.3", "26.0")
A, B = "a" * 64, "b" * 64
PINNED = (
    f"flask==3.1.0 --hash=sha256:{A}\n",
    f"flask==3.1.3 --hash=sha256:{B}\n",
    f"django==5.2 --hash=sha256:{A}\n# a comment\nsqlparse==0.5 --hash=sha256:{B}\n",
)
OPEN = ("flask\n", "", "flask==3.1.0\n-e .\n", "django>=5\n")
PROCFILES = (None, b"", b"web: gunicorn app:app\n", b"web: gunicorn --bind :$PORT app:app\nworker: python w.py\n")
INNOCENT: Mapping[str, st.SearchStrategy[str]] = {
    "PATH": st.just("/usr/bin:/bin"),
    "LANG": st.sampled_from(["C.UTF-8", "de_DE.UTF-8", ""]),
    "PIP_INDEX_URL": st.just("https://user:password@index.example/simple"),
    "PIP_USER": st.just("0"),
    "PYTHONPATH": st.just("/workspace"),
    "WEB_CONCURRENCY": st.just("2"),
}


def requirements(raw: bytes | None) -> Outcome[RequirementsSet, RequirementsError] | None:
    """The set that starts at a ``requirements.txt``; every file that it includes is missing."""
    if raw is None:
        return None
    read: dict[str, bytes | None] = {"requirements.txt": raw}
    while True:
        collected = collect(read)
        if isinstance(collected, Failure):
            return collected
        match collected.unwrap():
            case RequirementsSet() as complete:
                return Success(complete)
            case MissingFiles(paths=paths):
                read |= dict.fromkeys(paths)


def pin_file(version: str) -> str:
    """The buildpack's own pin of pip."""
    return f"pip=={version} \\\n    --hash=sha256:{A}\n"


def catalogue(*, bound: bool, minors: tuple[str, ...] = MINORS) -> CatalogueText:
    """Every version for every architecture, once or, where archives are bound, once for each distribution."""
    runtimes = []
    for minor in minors:
        for patch in PATCHES:
            for arch in ARCHES:
                for distro in DISTROS if bound else (None,):
                    version = f"{minor}.{patch}"
                    name = f"cpython-{version}-{arch}{f'-{distro.name}' if distro else ''}.tar.gz"
                    runtimes.append(
                        Runtime(
                            version=version,
                            os="linux",
                            arch=arch,  # type: ignore[arg-type]
                            url=f"https://archives.example/{name}",
                            sha256=name.encode().hex().rjust(64, "0")[-64:],
                            distro=distro,
                        )
                    )
    return CatalogueText(raw=encode_catalogue(Catalogue(runtimes=tuple(runtimes))), origin="data/cpython.json")


UNBOUND, BOUND = catalogue(bound=False), catalogue(bound=True)


@st.composite
def facts(draw: st.DrawFn, *, bound: bool | None = None) -> Facts:
    """An application that has a plan, in a first build, with an exact Python version.

    ``bound`` says whether the catalogue's archives are bound to a distribution.
    """
    bound = draw(st.booleans()) if bound is None else bound
    variables = draw(st.fixed_dictionaries({}, optional=dict(INNOCENT)))
    version = f"{draw(st.sampled_from(MINORS))}.{draw(st.sampled_from(PATCHES))}"
    in_file = draw(st.booleans())
    if not in_file:
        variables["BP_PYTHON_VERSION"] = version
    text = draw(st.sampled_from((*PINNED, *OPEN)))
    return Facts(
        version="1.0.0",
        target=Target(
            os="linux",
            arch=draw(st.sampled_from(ARCHES)),
            distro=draw(st.sampled_from(DISTROS if bound else (*DISTROS, None))),
        ),
        today=draw(st.dates(date(2026, 1, 1), date(2032, 1, 1))),
        variables=variables,
        catalogue=BOUND if bound else UNBOUND,
        end_of_life=CatalogueText(raw=END_OF_LIFE, origin="data/end-of-life.json"),
        version_files=documents({".python-version": f"{version}\n"}) if in_file else {},
        layers_dir="/layers/lamina_python",
        app_dir="/workspace",
        names=("Procfile", "app.py", "requirements.txt"),
        pip_pin=pin_file(draw(st.sampled_from(PINS))),
        procfile=draw(st.sampled_from(PROCFILES)),
        requirements=requirements(text.encode()),
    )


def planned(given: Facts) -> Plan:
    """The plan of facts that have one."""
    decided = decide(given)
    assert isinstance(decided, Success), decided
    return decided.unwrap()


def layer_toml(decision: LayerDecision) -> bytes:
    """``<layer>.toml`` as a build writes it."""
    assert decision.metadata is not None
    types = {"build": True, "cache": True, "launch": False}
    # A runtime is asked when it is new.
    linked = decision.linked or (encode_linked(()) if decision.name == PYTHON else "")
    table = metadata_table(decision.metadata, built_from=decision.built_from, holds=decision.holds, linked=linked)
    return tomli_w.dumps({"types": types, "metadata": table}).encode()


PACKED = "d" * 64
"""The digest of a packed environment."""


def after(given: Facts, plan: Plan) -> Facts:
    """The same facts in the next build: all that ``plan`` decided was done, and everything was restored."""
    built_with = plan.package_manager.built_with if plan.package_manager else ""
    state = encode_state(VenvState(resolved=ResolvedSet(), built_with=built_with))
    restored = {}
    for layer in plan.layers:
        done = layer
        if plan.packing.pack and layer.name == VENV:
            done = held(layer, PACKED, {})
        elif layer.name == VENV_CACHE:
            done = msgspec.structs.replace(layer, holds=PACKED)
        types = layer.types
        contents = types is None or types.cache or not types.launch
        restored[layer.name] = RestoredLayer(toml=layer_toml(done), contents=contents)
    packed = {"venv_state": None, "packed_state": state} if plan.packing.pack else {"venv_state": state}
    return msgspec.structs.replace(given, restored=restored, **packed)


# Bytes near what is expected get further into a parser than any bytes do.
_pieces = st.sampled_from(
    [
        *("3.13", "3.13.1", ">=3.11,<3.14", "===x", "~=3", "python-3.12", "#", "\n", "\r", "\t", " ", "\0", "\ufeff"),
        *("\u200b", "[metadata]", "[[entries]]", "schema", "version", "name", "build", "=", '"', "'", "python", '"1"'),
        *(
            "true",
            "1.0",
            "web:",
            "worker :",
            "$PORT",
            "\\",
            "{",
            "}",
            "[",
            "]",
            "(",
            ",",
            ":",
            "flask==1",
            "-r x",
            "-c y",
        ),
        *("-e .", "--hash=sha256:", "a" * 64, "${TOKEN}", "https://user:pass@host/x", "[global]", "index-url", "user"),
        *("[install]", "9" * 4400, "1979-05-27T07:32:00Z", "inf", "0x", "\U0001f40d", '{"runtimes": [', "]}", "null"),
        '{"schema": 1',
    ]
)
junk = st.one_of(
    st.binary(max_size=40),
    st.text(max_size=40).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.lists(_pieces, max_size=12).map(lambda pieces: "".join(pieces).encode()),
    st.lists(_pieces, max_size=12).map(lambda pieces: "".join(pieces).encode("utf-16")),
)
words = st.one_of(st.text(max_size=20), st.lists(_pieces, max_size=4).map("".join))
