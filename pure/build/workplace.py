"""Says where a build's things lie: the absolute paths that its steps name."""

from typing import Final

import msgspec

from pure.bindings.decision import NETRC_FILE, joins_netrc
from pure.build.facts import Facts
from pure.layers.names import PIP_CACHE, PYTHON_CACHE, STATIC_CACHE, VENV, VENV_CACHE, LayerName
from pure.manager.environment import tool_environment, trusting
from pure.outcome import Success

STATE_FOLDER: Final = ".lamina"
STATE_FILE: Final = f"{STATE_FOLDER}/state.json"
"""Where an environment keeps the record of what is installed (``pure.venv.state``), from the environment's root."""

PACKED_STATE: Final = "state.json"
"""Where the layer has it that keeps an environment packed."""
PACKED_VENV: Final = "venv.tar"
"""Where that layer has the environment itself."""

COLLECTED: Final = "collected.tar"
COLLECTED_RECORD: Final = "record.json"
"""Where the layer of collected static files says what they were collected from."""

CHECKOUTS: Final = "src"
"""Where pip checks editable repositories out to, below an environment's root."""


class Workplace(msgspec.Struct, frozen=True, kw_only=True):
    """The folders of one build."""

    layers: str
    app: str
    project: str
    """The folder that is installed: the application's or one below it."""
    buildpack: str
    temporary: str
    """A folder that ends with the build."""

    def layer(self, name: LayerName) -> str:
        """The root of a layer."""
        return f"{self.layers}/{name}"

    @property
    def venv(self) -> str:
        """The environment's root."""
        return self.layer(VENV)

    @property
    def programs(self) -> str:
        """The folder of the environment's commands."""
        return f"{self.venv}/bin"

    @property
    def interpreter(self) -> str:
        """The runtime's interpreter."""
        return f"{self.layers}/python/bin/python3"

    @property
    def cache(self) -> str:
        """pip's cache."""
        return self.layer(PIP_CACHE)

    @property
    def packed_venv(self) -> str:
        """The packed environment."""
        return f"{self.layer(VENV_CACHE)}/{PACKED_VENV}"

    @property
    def packed_python(self) -> str:
        """The runtime's archive in the cache."""
        return f"{self.layer(PYTHON_CACHE)}/runtime.tar.gz"

    @property
    def packed_static(self) -> str:
        """The static files that were collected."""
        return f"{self.layer(STATIC_CACHE)}/{COLLECTED}"

    @property
    def certificates(self) -> str:
        """The file of all trusted certificates, where they lie in more than one place."""
        return f"{self.temporary}/certificates.pem"

    @property
    def netrc(self) -> str:
        """The file of passwords, where some of them are bound by themselves."""
        return f"{self.temporary}/netrc"

    @property
    def configuration(self) -> str:
        """The folder of configuration files that tools look for in folders like this one."""
        return f"{self.temporary}/configuration"

    @property
    def report(self) -> str:
        """Where pip writes its installation report."""
        return f"{self.temporary}/report.json"

    @property
    def constraints(self) -> str:
        """Where the pins of an exact installation are written."""
        return f"{self.temporary}/resolved.txt"


def workplace(facts: Facts) -> Workplace:
    """The folders of the build that has these facts."""
    return Workplace(
        layers=facts.layers_dir,
        app=facts.app_dir,
        project=facts.home,
        buildpack=facts.buildpack_dir,
        temporary=facts.temporary,
    )


def own_environment(facts: Facts, work: Workplace) -> dict[str, str]:
    """The environment of our own steps."""
    joined = work.certificates if facts.certificates else ""
    return tool_environment(
        {
            **facts.told,
            **trusting(facts.settings, joined=joined, over=bool(facts.bound.certificates)),
            **({NETRC_FILE: work.netrc} if joins_netrc(facts.bound) else {}),
        },
        path=(f"{work.venv}/bin", f"{work.layer('python')}/bin"),
        library_path=(f"{work.layer('python')}/lib",),
    )


def installing_environment(facts: Facts, work: Workplace) -> dict[str, str]:
    """The environment of the steps that install distributions: with the folders that these come from."""
    return own_environment(facts, work) | facts.supplied


def bare_environment(facts: Facts) -> tuple[tuple[str, str], ...]:
    """The little that an interpreter needs which reads no setting of the user's."""
    kept = {name: facts.variables[name] for name in ("PATH", "HOME", "TMPDIR") if name in facts.variables}
    return tuple(sorted(kept.items()))


def asks_by_ssh(facts: Facts) -> bool:
    """Whether git may be asked for a repository by SSH, as far as the application's files and variables tell."""
    if facts.variables.get("GIT_SSH_COMMAND") or facts.variables.get("GIT_SSH"):
        return True
    project = facts.project.unwrap() if isinstance(facts.project, Success) else None
    texts = (*facts.requirement_texts.values(), *(each.raw for each in (project.texts.values() if project else ())))
    return any(b"ssh://" in raw or b"git@" in raw for raw in texts)
