"""How uv, Poetry, Pipenv and PDM are made to fail in each of the ways that the table recognises."""

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

import msgspec

from tests.file_server import Exchange
from tests.recognition.stage import MINOR, SETUP, Said, Stage, certificate

Scene: TypeAlias = Callable[[Stage, "Manager"], Said]
TOOL_SCENES: Final[dict[str, Scene]] = {}
OTHER: Final = "3.12" if MINOR != "3.12" else "3.13"


class Manager(msgspec.Struct, frozen=True, kw_only=True):
    """A manager and its tool: the files that declare ``dependencies``, and its commands."""

    name: str
    tool: str
    declare: Callable[[str, str, tuple[str, ...]], dict[str, str]]
    lock: tuple[str, ...]
    sync: tuple[str, ...]
    check: tuple[str, ...]
    file: str
    environment: Callable[[Stage], dict[str, str]]

    def write(self, stage: Stage, index: str, *dependencies: str, python: str = f">={MINOR}") -> None:
        stage.write(self.declare(index, python, dependencies))

    def make_lock(self, stage: Stage, *, env: Mapping[str, str] | None = None) -> None:
        stage.make_venv()
        argv = (stage.tools.program(self.tool), *self.lock[1:])
        stage.prepare(argv, env={**self.environment(stage), **(env or {})})

    def install(self, stage: Stage, *, env: Mapping[str, str] | None = None, checked: bool = False) -> Said:
        stage.make_venv()
        argv = (stage.tools.program(self.tool), *(self.check if checked else self.sync)[1:])
        settings = {**self.environment(stage), **(env or {})}
        said = stage.run(argv, env=settings)
        return stage.asked_again(self.tool, said, argv, env=settings) if self.tool == "pipenv" else said


def _project(python: str, dependencies: tuple[str, ...], more: str) -> dict[str, str]:
    listed = ", ".join(f'"{each}"' for each in dependencies)
    text = f'[project]\nname = "mine"\nversion = "1"\nrequires-python = "{python}"\ndependencies = [{listed}]\n'
    return {"pyproject.toml": text + more}


def _uv(index: str, python: str, dependencies: tuple[str, ...]) -> dict[str, str]:
    return _project(python, dependencies, f'\n[[tool.uv.index]]\nurl = "{index}"\ndefault = true\n')


def _uv_environment(stage: Stage) -> dict[str, str]:
    return {
        "UV_PYTHON": str(stage.venv / "bin" / "python"), "UV_PROJECT_ENVIRONMENT": str(stage.venv),
        "UV_PYTHON_DOWNLOADS": "never", "UV_HTTP_RETRIES": "0", "UV_NO_CONFIG": "0",
    }  # fmt: skip


def _pipfile(index: str, python: str, dependencies: tuple[str, ...]) -> dict[str, str]:
    lines = ""
    for each in dependencies:
        name, _, version = each.partition("==")
        lines += f'{name} = "{f"=={version}" if version else "*"}"\n'
    minor = python.removeprefix(">=")
    source = f'[[source]]\nname = "local"\nurl = "{index}"\nverify_ssl = true\n\n'
    return {"Pipfile": f'{source}[packages]\n{lines}\n[requires]\npython_version = "{minor}"\n'}


def _activated(stage: Stage) -> dict[str, str]:
    return {"VIRTUAL_ENV": str(stage.venv), "PATH": f"{stage.venv}/bin:{stage.root}/path"}


MANAGERS: Final = (
    Manager(
        name="uv",
        tool="uv",
        declare=_uv,
        lock=("uv", "lock"),
        sync=("uv", "sync", "--locked", "--no-default-groups", "--no-progress"),
        check=("uv", "lock", "--check"),
        file="uv.lock",
        environment=_uv_environment,
    ),
    Manager(
        name="poetry",
        tool="poetry",
        declare=lambda index, python, dependencies: _project(
            python, dependencies, "\n[tool.poetry]\npackage-mode = false\n"
            f'\n[[tool.poetry.source]]\nname = "local"\nurl = "{index}"\npriority = "primary"\n'
        ),
        lock=("poetry", "lock", "--no-interaction"),
        sync=("poetry", "sync", "--only", "main", "--no-interaction", "--no-ansi"),
        check=("poetry", "check", "--lock", "--no-ansi"),
        file="poetry.lock",
        environment=lambda stage: {**_activated(stage), "POETRY_REQUESTS_MAX_RETRIES": "0"},
    ),
    Manager(
        name="pipenv",
        tool="pipenv",
        declare=_pipfile,
        lock=("pipenv", "lock"),
        sync=("pipenv", "sync"),
        check=("pipenv", "install", "--deploy"),
        file="Pipfile.lock",
        environment=lambda stage: {**_activated(stage), "PIPENV_VERBOSITY": "-1", "PIPENV_NOSPIN": "1"},
    ),
    Manager(
        name="pdm",
        tool="pdm",
        declare=lambda index, python, dependencies: _project(
            python, dependencies, "\n[tool.pdm]\ndistribution = false\n"
            f'\n[[tool.pdm.source]]\nname = "pypi"\nurl = "{index}"\nverify_ssl = true\n'
        ),
        lock=("pdm", "lock"),
        sync=("pdm", "sync", "--prod", "--no-editable"),
        check=("pdm", "lock", "--check"),
        file="pdm.lock",
        environment=lambda stage: {**_activated(stage), "PDM_NON_INTERACTIVE": "1", "PDM_CHECK_UPDATE": "0"},
    ),
    Manager(
        name="pylock",
        tool="uv",
        declare=_uv,
        lock=("uv", "pip", "compile", "--no-header", "pyproject.toml", "--output-file", "pylock.toml"),
        sync=("uv", "pip", "sync", "--preview-features", "pylock", "--no-progress", "pylock.toml"),
        check=("uv", "pip", "sync", "--preview-features", "pylock", "--dry-run", "pylock.toml"),
        file="pylock.toml",
        environment=_uv_environment,
    ),
    Manager(
        name="uv-pip",
        tool="uv",
        declare=lambda index, _, dependencies: {
            "requirements.in": "".join(f"{line}\n" for line in (f"--index-url {index}", *dependencies))
        },
        lock=("uv", "pip", "compile", "--no-header", "--no-annotate", "--generate-hashes", "--emit-index-url",
              "requirements.in", "--output-file", "requirements.txt"),
        sync=("uv", "pip", "install", "--exact", "--upgrade", "--require-hashes", "--no-progress",
              "--requirements", "requirements.txt"),
        check=("uv", "pip", "compile", "--generate-hashes", "requirements.in"),
        file="requirements.txt",
        environment=_uv_environment,
    ),
)  # fmt: skip


def scene(play: Scene) -> Scene:
    TOOL_SCENES[play.__name__] = play
    return play


@scene
def lock_stale(stage: Stage, tool: Manager) -> Said:
    stage.wheel("alpha", "1.0")
    stage.wheel("beta", "1.0")
    with stage.index() as index:
        tool.write(stage, index, "alpha")
        tool.make_lock(stage)
        tool.write(stage, index, "alpha", "beta==1.0")
        return tool.install(stage)


# How each lock states the version of its format, and one that nobody knows yet.
_NEWER: Final[Mapping[str, tuple[str, str]]] = {
    "uv": (r"(?m)^version = 1$", "version = 99"),
    "poetry": (r'lock-version = "[^"]+"', 'lock-version = "99.0"'),
    "pdm": (r'lock_version = "[^"]+"', 'lock_version = "99.0"'),
}


@scene
def plugins_missing(stage: Stage, tool: Manager) -> Said:
    stage.wheel("alpha", "1.0")
    with stage.index() as index:
        tool.write(stage, index, "alpha")
        tool.make_lock(stage)
        declared = stage.app / "pyproject.toml"
        declared.write_text(f'{declared.read_text()}\n[tool.poetry.requires-plugins]\nno-such-plugin = ">=1"\n')
        return tool.install(stage)


@scene
def lock_newer(stage: Stage, tool: Manager) -> Said:
    stage.wheel("alpha", "1.0")
    with stage.index() as index:
        tool.write(stage, index, "alpha")
        tool.make_lock(stage)
        lock = stage.app / tool.file
        pattern, newer = _NEWER[tool.name]
        text, changed = re.subn(pattern, newer, lock.read_text(), count=1)
        assert changed
        lock.write_text(text)
        # PDM only warns, but for where it compares the lock.
        return tool.install(stage, checked=tool.name == "pdm")


@scene
def lock_stale_checked(stage: Stage, tool: Manager) -> Said:
    stage.wheel("alpha", "1.0")
    stage.wheel("beta", "1.0")
    with stage.index() as index:
        tool.write(stage, index, "alpha")
        tool.make_lock(stage)
        tool.write(stage, index, "alpha", "beta==1.0")
        return tool.install(stage, checked=True)


@scene
def other_python_checked(stage: Stage, tool: Manager) -> Said:
    stage.wheel("alpha", "1.0")
    with stage.index() as index:
        tool.write(stage, index, "alpha")
        tool.make_lock(stage)
        tool.write(stage, index, "alpha", python=f">={OTHER}")
        return tool.install(stage, checked=True)


@scene
def lock_missing(stage: Stage, tool: Manager) -> Said:
    stage.wheel("alpha", "1.0")
    with stage.index() as index:
        tool.write(stage, index, "alpha")
        return tool.install(stage)


@scene
def lock_unreadable(stage: Stage, tool: Manager) -> Said:
    stage.wheel("alpha", "1.0")
    with stage.index() as index:
        tool.write(stage, index, "alpha")
        tool.make_lock(stage)
        lock = stage.app / tool.file
        lock.write_text(f"<<<<<<< HEAD\n{lock.read_text()}\n=======\n>>>>>>> other\n")
        return tool.install(stage)


@scene
def other_python(stage: Stage, tool: Manager) -> Said:
    stage.wheel("alpha", "1.0")
    with stage.index() as index:
        tool.write(stage, index, "alpha")
        tool.make_lock(stage)
        tool.write(stage, index, "alpha", python=f">={OTHER}")
        lock = stage.app / tool.file
        lock.write_text(lock.read_text().replace(f">={MINOR}", f">={OTHER}").replace(f'"{MINOR}"', f'"{OTHER}"'))
        return tool.install(stage)


@scene
def wheel_of_another_platform(stage: Stage, tool: Manager) -> Said:
    wheel = stage.wheel("alpha", "1.0")
    with stage.index() as index:
        tool.write(stage, index, "alpha")
        tool.make_lock(stage)
        other = wheel.with_name("alpha-1.0-cp39-cp39-win_amd64.whl")
        wheel.rename(other)
        lock = stage.app / tool.file
        lock.write_text(lock.read_text().replace(wheel.name, other.name))
        return tool.install(stage)


@scene
def conflict(stage: Stage, tool: Manager) -> Said:
    stage.wheel("alpha", "1.0")
    stage.wheel("alpha", "2.0")
    stage.wheel("beta", "1.0", requires=("alpha>=2",))
    with stage.index() as index:
        tool.write(stage, index, "alpha==1.0")
        tool.make_lock(stage)
        tool.write(stage, index, "alpha==1.0", "beta==1.0")
        return tool.install(stage)


@scene
def hash_mismatch(stage: Stage, tool: Manager) -> Said:
    wheel = stage.wheel("alpha", "1.0")
    with stage.index() as index:
        tool.write(stage, index, "alpha")
        tool.make_lock(stage)
        lock = stage.app / tool.file
        lock.write_text(lock.read_text().replace(hashlib.sha256(wheel.read_bytes()).hexdigest(), "0" * 64))
        return tool.install(stage, env={"UV_NO_CACHE": "1"})


@scene
def hash_missing(stage: Stage, tool: Manager) -> Said:
    stage.wheel("alpha", "1.0")
    stage.wheel("beta", "1.0")
    with stage.index() as index:
        tool.write(stage, index, "alpha")
        tool.make_lock(stage)
        lock = stage.app / tool.file
        lock.write_text(f"{lock.read_text()}beta==1.0\n")
        return tool.install(stage)


@scene
def hash_of_a_dependency_missing(stage: Stage, tool: Manager) -> Said:
    stage.wheel("alpha", "1.0")
    with stage.index() as index:
        tool.write(stage, index, "alpha")
        tool.make_lock(stage)
        lock = stage.app / tool.file
        text = lock.read_text()
        wheel = stage.wheel("alpha", "1.0", requires=("beta",))
        stage.wheel("beta", "1.0")
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        lock.write_text(re.sub(r"(?<=sha256:)[0-9a-f]{64}", digest, text))
        _forget(stage)
        return tool.install(stage)


@scene
def index_closed(stage: Stage, tool: Manager) -> Said:
    stage.wheel("alpha", "1.0")
    with stage.index() as index:
        tool.write(stage, index, "alpha")
        tool.make_lock(stage)
        _forget(stage)
    return tool.install(stage)


def _broken(status: int) -> Callable[[Stage, Manager], Said]:
    def play(stage: Stage, tool: Manager) -> Said:
        stage.wheel("alpha", "1.0")
        with stage.index() as index:
            tool.write(stage, index, "alpha")
            tool.make_lock(stage)
            _forget(stage)

            def refuse(exchange: Exchange) -> None:
                exchange.answer(status, b"", WWW_Authenticate='Basic realm="private"')

            stage.answers["/"] = refuse
            return tool.install(stage)

    return play


def _forget(stage: Stage) -> None:
    import shutil

    shutil.rmtree(stage.root / "home")
    shutil.rmtree(stage.venv / "src", ignore_errors=True)
    (stage.root / "home").mkdir()


TOOL_SCENES["index_unauthorised"] = _broken(401)
TOOL_SCENES["index_forbidden"] = _broken(403)
TOOL_SCENES["index_broken"] = _broken(503)
TOOL_SCENES["distribution_gone"] = _broken(404)


@scene
def certificate_untrusted(stage: Stage, tool: Manager) -> Said:
    stage.wheel("alpha", "1.0")
    with stage.index(tls=certificate(stage.root)) as index:
        tool.write(stage, index, "alpha")
        cert = str(stage.root / "cert.pem")
        trust = dict.fromkeys(
            ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "PIP_CERT", "CURL_CA_BUNDLE", "POETRY_CERTIFICATES_LOCAL_CERT"),
            cert,
        )
        tool.make_lock(stage, env=trust)
        _forget(stage)
        return tool.install(stage)


@scene
def compiler_missing(stage: Stage, tool: Manager) -> Said:
    setup = 'setup(name="fast", version="1.0", ext_modules=[Extension("fast", ["fast.c"])])\n'
    setup = f"from setuptools import Extension, setup\n{setup}"
    stage.sdist("fast", "1.0", {"setup.py": setup, "fast.c": "int x;\n"})
    with stage.index() as index:
        tool.write(stage, index, "fast==1.0")
        tool.make_lock(stage)
        return tool.install(stage)


@scene
def code_for_another_python(stage: Stage, tool: Manager) -> Said:
    stage.link("gcc", "as", "ld", "cc")
    setup = 'setup(name="fast", version="1.0", ext_modules=[Extension("fast", ["fast.c"])])\n'
    setup = f"from setuptools import Extension, setup\n{setup}"
    code = "#include <Python.h>\nlong f(void) { return PyLong_AsLong(); }\n"
    stage.sdist("fast", "1.0", {"setup.py": setup, "fast.c": code})
    with stage.index() as index:
        tool.write(stage, index, "fast==1.0")
        tool.make_lock(stage)
        return tool.install(stage)


@scene
def build_killed(stage: Stage, tool: Manager) -> Said:
    setup = 'if "bdist_wheel" in sys.argv: os.kill(os.getpid(), signal.SIGKILL)\n'
    setup = f'import os, signal, sys\n{setup}{SETUP}setup(name="greedy", version="1.0")\n'
    stage.sdist("greedy", "1.0", {"setup.py": setup})
    with stage.index() as index:
        tool.write(stage, index, "greedy==1.0")
        tool.make_lock(stage)
        return tool.install(stage)


@scene
def repository_private(stage: Stage, tool: Manager) -> Said:
    import subprocess

    path = "/usr/bin:/bin"
    git = "/usr/bin/git"
    repository = stage.root / "alpha"
    env = {"HOME": str(stage.root), "PATH": "/usr/bin:/bin"}
    repository.mkdir()
    (repository / "setup.py").write_text(f'{SETUP}setup(name="alpha", version="1.0")\n')
    identity = ("-c", "user.name=a", "-c", "user.email=a@b.example")
    subprocess.run([git, "init", "-q", str(repository)], check=True, env=env)
    subprocess.run([git, "add", "."], check=True, cwd=repository, env=env)
    subprocess.run([git, *identity, "commit", "-q", "-m", "x"], check=True, cwd=repository, env=env)
    with stage.index() as index:
        url = index.replace("/simple/", "/team/alpha.git")
        # While the lock is made, the URL stands for a folder.
        (stage.root / "home" / ".gitconfig").write_text(f'[url "file://{repository}"]\n\tinsteadOf = {url}\n')
        if tool.name == "pipenv":
            tool.write(stage, index)
            text = (stage.app / "Pipfile").read_text()
            stage.write(
                {"Pipfile": text.replace("[packages]\n", f'[packages]\nalpha = {{git = "{url}", ref = "master"}}\n')}
            )
        else:
            tool.write(stage, index, f"alpha @ git+{url}")
        own = f"{stage.venv}/bin:{path}"
        tool.make_lock(stage, env={"PATH": own})
        _forget(stage)
        stage.answers["/team"] = lambda exchange: exchange.answer(401, WWW_Authenticate='Basic realm="x"')
        return tool.install(stage, env={"UV_NO_CACHE": "1", "PATH": own})


@scene
def disk_full(stage: Stage, tool: Manager) -> Said:
    import os

    from tests.local_index import make_wheel

    make_wheel(stage.files, "large", "1.0", {"large.py": os.urandom(2_000_000).hex()})
    with stage.index() as index:
        tool.write(stage, index, "large==1.0")
        tool.make_lock(stage)
        _forget(stage)
        root, command = stage.root, " ".join((stage.tools.program(tool.tool), *tool.sync[1:]))
        mounts = f"mount -t tmpfs -o size=200k none {root}/tmp && mount -t tmpfs -o size=200k none {root}/home"
        path = tool.environment(stage).get("PATH", str(stage.root / "path"))
        script = f"{mounts} && PATH={path} exec {command}"
        return stage.run(
            ("/usr/bin/unshare", "-rm", "/bin/sh", "-c", script),
            env={**tool.environment(stage), "PATH": "/usr/bin:/bin:/usr/sbin:/sbin"},
        )
