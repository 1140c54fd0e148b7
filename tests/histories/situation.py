"""What a build is asked to do, as a value, and the facts that ``shell.world`` would read of it."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Final

import msgspec
from pure.bindings.contents import NONE, Bindings
from pure.bindings.decision import netrc_of
from pure.build.facts import Facts
from pure.layers.decision import RestoredLayer
from pure.layers.division import Rules
from pure.layers.metadata import STRUCTS
from pure.layers.names import HeavyLayerName, LayerName
from pure.layers.programs import PROGRAMS
from pure.manager.table import TOOLS
from pure.outcome import Success
from pure.project.files import ProjectFiles
from pure.python.catalogue import Catalogue, decode_catalogue, encode_catalogue
from pure.python.offer import CatalogueText
from pure.target import Distro, Target

from tests.bound import binding, pem
from tests.bound import held as held_by
from tests.documents import documents
from tests.histories.application import (
    BOUND_PASSWORD,
    BY_REQUIREMENTS,
    EXTRA,
    GROUP,
    NO_BINARY,
    VARIABLES,
    Application,
    Manager,
    Outside,
)
from tests.histories.disk import Disk, Folder
from tests.histories.files import folder_files, texts
from tests.histories.index import HEAVY, MOST, sha
from tests.strategies_plan import BOUND, DISTROS, END_OF_LIFE, UNBOUND, A, requirements

LAYERS: Final = "/layers/lamina_python"
APP: Final = "/workspace"
BUILDPACK: Final = "/cnb/buildpacks/lamina_python"
TEMPORARY: Final = "/tmp/lamina-build"
OWN_WHEEL: Final = "/usr/lib/ensurepip/_bundled/pip-24.0-py3-none-any.whl"
CARRIED_WHEEL: Final = f"{BUILDPACK}/wheels/pip-24.1-py3-none-any.whl"
TOOL_VERSIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "pip": ("26.0", "26.1"),
    "uv": ("0.12.0", "0.12.1"),
    "poetry": ("2.4.0", "2.4.1"),
    "pipenv": ("2026.0.0", "2026.1.0"),
    "pdm": ("2.26.0", "2.26.1"),
}
_TODAY: Final = date(2026, 11, 22)
_LATER: Final = b"[[entries]]\nname = 'python'\nmetadata = { build = true }\n"


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """All that a build depends on but for what the platform brings back. Equal ones shall give equal images."""

    application: Application
    outside: Outside = Outside()
    python: str = "3.13.1"
    arch: str = "amd64"
    distro: int = 0  # which of the two
    bound: bool = False  # archives of runtimes are bound to a distribution
    archives: int = 0  # how often they were made anew
    tools: Mapping[str, int] = {}  # which release of each tool the buildpack pins; the first, where it isn't said
    asked: Mapping[str, int] = {}  # which release a variable asks for
    release: str = "1.0.0"  # of the buildpack
    groups: bool = False
    extras: bool = False
    no_binary: bool = False  # alpha is built from its source
    index: str = "index.example"
    divided: bool = True
    collects: bool = False  # it has a manage.py: what is installed has to be at hand
    commands: bool = False  # it has a build command, which works with all that is installed
    later: bool = False  # a later buildpack of each build works with what is installed
    heavy: int = HEAVY  # so many bytes make a distribution worth a layer of its own
    bindings: int = 0  # how often their password was changed; without any, nothing is bound
    program: int = 0  # how often the buildpack's program at launch was changed
    own_wheel: bool = True  # of pip: the interpreter has one that runs the buildpack, which else carries one itself

    @property
    def manager(self) -> Manager:
        return self.application.manager

    @property
    def contents_packed(self) -> bool:
        """Whether the contents of heavy distributions are packed with the environment."""
        return self.works and self.divided and not self.later

    @property
    def works(self) -> bool:
        """Whether something of the application's own may run in each build."""
        return self.collects or self.commands

    @property
    def minor(self) -> str:
        return self.python.rpartition(".")[0]

    @property
    def distribution(self) -> Distro:
        return DISTROS[self.distro]

    @property
    def tool_version(self) -> str:
        """The version of the manager's tool that is to be used."""
        name = tool_of(self.manager)
        return TOOL_VERSIONS[name][self.asked.get(name, self.tools.get(name, 0))]

    def pin(self, tool: str) -> str:
        """The text of a tool's pin file."""
        return f"{tool}=={TOOL_VERSIONS[tool][self.tools.get(tool, 0)]} \\\n    --hash=sha256:{A}\n"

    @property
    def variables(self) -> dict[str, str]:
        found = {**VARIABLES, "BP_PYTHON_VERSION": self.python}
        found["PIP_INDEX_URL"] = found["PIP_INDEX_URL"].replace("index.example", self.index)
        for tool, place in self.asked.items():
            found[TOOLS[tool].variable] = TOOL_VERSIONS[tool][place]
        if self.groups and self.manager not in BY_REQUIREMENTS:
            found["BP_PYTHON_GROUPS"] = GROUP
        if self.extras and self.manager not in (*BY_REQUIREMENTS, "pipenv"):
            found["BP_PYTHON_EXTRAS"] = EXTRA
        if self.manager == "uv-pip":
            found["BP_PYTHON_PACKAGE_MANAGER"] = "uv"
        if self.commands:
            found["BP_PYTHON_BUILD_COMMAND"] = "make something"
        if not self.divided:
            found["BP_PYTHON_DIVIDE"] = "no"
        if self.no_binary:
            found[NO_BINARY[self.manager]] = "alpha"
        return found

    def files(self) -> dict[str, bytes]:
        """The files of the application, by their paths."""
        return {**texts(self.application), **folder_files(self.application)}


@cache
def catalogue(bound: bool, generation: int) -> CatalogueText:
    """The catalogue of runtimes; archives that were made anew have another digest."""
    text = BOUND if bound else UNBOUND
    known = decode_catalogue(text.raw, origin=text.origin).unwrap()
    made = (
        msgspec.structs.replace(each, sha256=sha(f"{each.sha256} {generation}") if generation else each.sha256)
        for each in known.runtimes
    )
    return CatalogueText(raw=encode_catalogue(Catalogue(runtimes=tuple(made))), origin=text.origin)


def tool_of(manager: Manager) -> str:
    """The name of the tool that installs for a manager."""
    return {"project": "pip", "pylock": "uv", "uv-pip": "uv"}.get(manager, manager)


def prepare(disk: Disk, situation: Situation) -> None:
    """Put the application and the buildpack's own files there, as a platform does before each build."""
    disk.root.pop("workspace", None)
    disk.root.pop("cnb", None)
    disk.root.pop("tmp", None)
    for path, data in situation.files().items():
        disk.write(f"{APP}/{path}", data)
    for tool in TOOLS:
        disk.write(f"{BUILDPACK}/{TOOLS[tool].pin_file}", situation.pin(tool).encode())
    disk.write(CARRIED_WHEEL, b"wheel of pip 24.1")
    disk.write(OWN_WHEEL, b"wheel of pip 24.0")
    disk.make_folder(LAYERS)
    disk.make_folder(TEMPORARY)


def facts(disk: Disk, situation: Situation) -> Facts:
    """The facts of a build of that situation on this disk."""
    project = texts(situation.application)
    read = documents(project)
    held = bound(situation.bindings) if situation.bindings else NONE
    names = tuple(sorted({path.partition("/")[0] for path in situation.files()}))
    raw = project.get("requirements.txt")
    wheels = {}
    for tool in TOOLS:
        kept = sorted(name for name in disk.folder(f"{LAYERS}/{tool}/seed") if name.endswith(".whl"))
        if kept:
            wheels[tool] = f"{LAYERS}/{tool}/seed/{kept[0]}"
    if situation.own_wheel:
        wheels[""] = OWN_WHEEL
    return Facts(
        version=situation.release,
        target=Target(os="linux", arch=situation.arch, distro=situation.distribution),
        today=_TODAY,
        variables=situation.variables,
        catalogue=catalogue(situation.bound, situation.archives),
        end_of_life=CatalogueText(raw=END_OF_LIFE, origin="data/end-of-life.json"),
        layers_dir=LAYERS,
        app_dir=APP,
        buildpack_dir=BUILDPACK,
        temporary=TEMPORARY,
        names=names,
        pip_pin=situation.pin("pip"),
        tool_pins={tool: situation.pin(tool) for tool in TOOLS if tool != "pip"},
        procfile=b"web: python app.py\n",
        pyproject=read.get("pyproject.toml"),
        requirements=requirements(raw),
        requirement_texts={"requirements.txt": raw} if raw is not None else {},
        project=Success(ProjectFiles(names=names, texts=read)),
        restored=restored(disk),
        rules=Rules(heavy=situation.heavy, limit=MOST),
        venv_state=disk.read(f"{LAYERS}/venv/.lamina/state.json"),
        buildpack_plan=_LATER if situation.later else b"",
        manage=("manage.py",) if situation.collects else (),
        packed_state=disk.read(f"{LAYERS}/venv-cache/state.json"),
        seed_wheels=wheels,
        carried_pip=None if situation.own_wheel else CARRIED_WHEEL,
        bindings=Success(held) if situation.bindings else None,
        mapped=held.mapped,
        certificates=b"".join(held.certificates),
        netrc=netrc_of(held, None),
        programs={
            name: f"{name} {situation.program}\n".encode()
            for name in PROGRAMS
            if name != "certificates" or held.certificates
        },
    )


@cache
def bound(password: int) -> Bindings:
    """What a platform binds that changes nothing of what is installed."""
    secret = f"{BOUND_PASSWORD}-{password}"
    index = {"url": "https://bound.example/simple/", "username": "somebody", "password": secret}
    return held_by(
        binding("ca", "ca-certificates", {"ca.pem": pem("ca")}),
        binding("index", "pypi", index),
        binding("settings", "uv", {"uv.toml": f'[[index]]\nurl = "https://u:{secret}@bound.example/simple/"\n'}),
        binding("auth", "poetry", {"auth.toml": f'[http-basic.own]\nusername = "u"\npassword = "{secret}"\n'}),
        binding("orders", "postgresql"),
    )


def restored(disk: Disk) -> dict[LayerName, RestoredLayer]:
    """What is there of our layers, as ``LayerStore.restored`` tells it."""
    found: dict[LayerName, RestoredLayer] = {}
    files = (file.removesuffix(".toml") for file in disk.folder(LAYERS) if file.endswith(".toml"))
    heavy = (HeavyLayerName(name) for name in files if name.startswith("dist-"))
    names: tuple[LayerName, ...] = (*STRUCTS, *heavy)
    for name in names:
        toml = disk.read(f"{LAYERS}/{name}.toml")
        if toml is not None:
            contents = isinstance(disk.node(f"{LAYERS}/{name}"), Folder)
            found[name] = RestoredLayer(toml=toml, contents=contents)
    return found
