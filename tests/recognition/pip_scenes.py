"""How pip is made to fail in each of the ways that the table recognises."""

import hashlib
import os
import shutil
import socket
import subprocess
from collections.abc import Callable
from typing import Final, TypeAlias

from tests.file_server import Exchange, serving
from tests.local_index import make_wheel
from tests.recognition.stage import SETUP, Said, Stage, certificate

Scene: TypeAlias = Callable[[Stage], Said]
PIP_SCENES: Final[dict[str, Scene]] = {}


def scene(play: Scene) -> Scene:
    PIP_SCENES[play.__name__] = play
    return play


# What doesn't exist


@scene
def version_unknown(stage: Stage) -> Said:
    stage.wheel("alpha", "1.0")
    stage.wheel("alpha", "2.0")
    stage.require("alpha==9.0")
    with stage.index() as index:
        return stage.pip(index)


@scene
def metadata_invalid(stage: Stage) -> Said:
    # As celery 5.2.0 has it.
    stage.wheel("alpha", "5.2.0", requires=("pytz (>dev)",))
    for version in ("5.1.2", "5.2.7", "5.3.0"):
        stage.wheel("alpha", version)
    stage.require("alpha==5.2.0")
    with stage.index() as index:
        return stage.pip(index)


@scene
def name_unknown(stage: Stage) -> Said:
    stage.require("reqests==2.0")
    with stage.index() as index:
        return stage.pip(index)


@scene
def name_of_the_standard_library(stage: Stage) -> Said:
    stage.require("sqlite3")
    with stage.index() as index:
        return stage.pip(index)


@scene
def name_of_a_module(stage: Stage) -> Said:
    stage.require("cv2")
    with stage.index() as index:
        return stage.pip(index)


@scene
def other_python_on_the_index(stage: Stage) -> Said:
    stage.wheel("alpha", "1.0")
    stage.require("alpha==1.0")
    with stage.index(requires_python={"alpha-1.0-py3-none-any.whl": ">=3.99"}) as index:
        return stage.pip(index)


@scene
def other_python_in_the_metadata(stage: Stage) -> Said:
    stage.write(
        {
            "pyproject.toml": '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
            '[project]\nname = "mine"\nversion = "1"\nrequires-python = ">=3.99"\n'
        }
    )
    stage.require(".")
    with stage.index() as index:
        return stage.pip(index)


@scene
def wheel_of_another_platform_on_the_index(stage: Stage) -> Said:
    wheel = stage.wheel("alpha", "1.0")
    wheel.rename(wheel.with_name("alpha-1.0-cp39-cp39-win_amd64.whl"))
    stage.require("alpha==1.0")
    with stage.index() as index:
        return stage.pip(index)


@scene
def wheel_of_another_platform(stage: Stage) -> Said:
    wheel = stage.wheel("alpha", "1.0")
    wheel.rename(wheel.with_name("alpha-1.0-cp39-cp39-win_amd64.whl"))
    with stage.index() as index:
        stage.require(f"alpha @ {index.removesuffix('simple/')}files/alpha-1.0-cp39-cp39-win_amd64.whl")
        return stage.pip(index)


# What contradicts


@scene
def conflict(stage: Stage) -> Said:
    stage.wheel("alpha", "1.0")
    stage.wheel("alpha", "2.0")
    stage.wheel("beta", "1.0", requires=("alpha>=2",))
    stage.require("alpha==1.0", "beta==1.0")
    with stage.index() as index:
        return stage.pip(index)


@scene
def conflict_of_two_lines(stage: Stage) -> Said:
    stage.wheel("alpha", "1.0")
    stage.wheel("alpha", "2.0")
    stage.require("alpha==1.0", "alpha==2.0")
    with stage.index() as index:
        return stage.pip(index)


@scene
def hash_mismatch(stage: Stage) -> Said:
    stage.wheel("alpha", "1.0")
    stage.require(f"alpha==1.0 --hash=sha256:{'0' * 64}")
    with stage.index() as index:
        return stage.pip(index)


@scene
def hash_missing(stage: Stage) -> Said:
    wheel = stage.wheel("alpha", "1.0")
    stage.wheel("beta", "1.0")
    stage.require(f"alpha==1.0 --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}", "beta==1.0")
    with stage.index() as index:
        return stage.pip(index)


@scene
def hash_of_a_dependency_missing(stage: Stage) -> Said:
    stage.wheel("alpha", "1.0")
    wheel = stage.wheel("beta", "1.0", requires=("alpha",))
    stage.require(f"beta==1.0 --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}")
    with stage.index() as index:
        return stage.pip(index)


# The way to the index


def _closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@scene
def index_closed(stage: Stage) -> Said:
    stage.require("alpha==1.0")
    return stage.pip(f"http://user:hunter2secret@127.0.0.1:{_closed_port()}/simple/")


@scene
def index_unresolved(stage: Stage) -> Said:
    stage.require("alpha==1.0")
    return stage.pip("https://index.invalid/simple/")


@scene
def index_slow(stage: Stage) -> Said:
    stage.require("alpha==1.0")
    with serving(lambda exchange: exchange.hang(3)) as server:
        return stage.pip(f"{server.url}/simple/", env={"PIP_DEFAULT_TIMEOUT": "1"})


def _status(status: int, **headers: str) -> Callable[[Exchange], None]:
    return lambda exchange: exchange.answer(status, b"", **headers)


@scene
def index_unauthorised(stage: Stage) -> Said:
    stage.require("alpha==1.0")
    with serving(_status(401, WWW_Authenticate='Basic realm="private"')) as server:
        return stage.pip(f"{server.url}/simple/")


@scene
def index_unauthorised_name_elsewhere(stage: Stage) -> Said:
    """The private index refuses, and the other one has somebody else's distribution of that name."""
    stage.wheel("alpha", "0.1")
    stage.wheel("beta", "1.0")
    with stage.index() as index, serving(_status(401, WWW_Authenticate='Basic realm="private"')) as server:
        stage.require("beta", "alpha==1.0")
        return stage.pip(index, env={"PIP_EXTRA_INDEX_URL": f"{server.url}/simple/"})


@scene
def index_unauthorised_and_nobody_answers(stage: Stage) -> Said:
    """As where git may be asked by SSH: pip may ask, and there is nobody."""
    stage.require("alpha==1.0")
    with serving(_status(401, WWW_Authenticate='Basic realm="private"')) as server:
        return stage.pip(f"{server.url}/simple/", env={"PIP_NO_INPUT": ""})


@scene
def repository_by_a_command_for_ssh_that_fails(stage: Stage) -> Said:
    stage.settings["PATH"] = "/usr/bin:/bin"
    stage.require("alpha @ git+ssh://git@host.example/team/alpha.git")
    env = {"PIP_NO_INPUT": "", "GIT_SSH_COMMAND": "sh -c 'echo the key is gone >&2; exit 128'"}
    return stage.pip("http://127.0.0.1/", env=env)


@scene
def index_wrong_password(stage: Stage) -> Said:
    stage.require("alpha==1.0")
    with serving(_status(401, WWW_Authenticate='Basic realm="private"')) as server:
        return stage.pip(f"{server.url.replace('://', '://user:hunter2secret@')}/simple/")


@scene
def index_forbidden(stage: Stage) -> Said:
    stage.require("alpha==1.0")
    with serving(_status(403)) as server:
        return stage.pip(f"{server.url}/simple/")


@scene
def index_broken(stage: Stage) -> Said:
    stage.require("alpha==1.0")
    with serving(_status(503)) as server:
        return stage.pip(f"{server.url}/simple/")


@scene
def file_forbidden(stage: Stage) -> Said:
    with serving(_status(403)) as server:
        stage.require(f"alpha @ {server.url}/alpha-1.0-py3-none-any.whl")
        return stage.pip(f"{server.url}/simple/")


@scene
def file_broken(stage: Stage) -> Said:
    with serving(_status(503)) as server:
        stage.require(f"alpha @ {server.url}/alpha-1.0-py3-none-any.whl")
        return stage.pip(f"{server.url}/simple/")


@scene
def index_retried(stage: Stage) -> Said:
    stage.require("alpha==1.0")
    return stage.pip(f"http://127.0.0.1:{_closed_port()}/simple/", env={"PIP_RETRIES": "2"})


@scene
def proxy_closed(stage: Stage) -> Said:
    stage.require("alpha==1.0")
    return stage.pip(
        "https://index.invalid/simple/", env={"HTTPS_PROXY": f"http://u:hunter2secret@127.0.0.1:{_closed_port()}"}
    )


@scene
def certificate_untrusted(stage: Stage) -> Said:
    stage.require("alpha==1.0")
    with serving(_status(404), tls=certificate(stage.root)) as server:
        return stage.pip(f"{server.url}/simple/")


@scene
def certificates_missing(stage: Stage) -> Said:
    stage.require("alpha==1.0")
    with serving(_status(404), tls=certificate(stage.root)) as server:
        return stage.pip(f"{server.url}/simple/", env={"PIP_CERT": "/etc/ours/authority.pem"})


# Repositories


@scene
def git_missing(stage: Stage) -> Said:
    stage.require("alpha @ git+https://127.0.0.1/alpha")
    return stage.pip("http://127.0.0.1/")


@scene
def repository_private(stage: Stage) -> Said:
    stage.settings["PATH"] = "/usr/bin:/bin"
    with serving(_status(401, WWW_Authenticate='Basic realm="private"')) as server:
        stage.require(f"alpha @ git+{server.url}/team/alpha.git@main")
        return stage.pip(f"{server.url}/simple/")


@scene
def repository_wrong_token(stage: Stage) -> Said:
    stage.settings["PATH"] = "/usr/bin:/bin"
    with serving(_status(401, WWW_Authenticate='Basic realm="private"')) as server:
        stage.require(f"alpha @ git+{server.url.replace('://', '://oauth2:hunter2secret@')}/team/alpha.git@main")
        return stage.pip(f"{server.url}/simple/")


@scene
def repository_unknown(stage: Stage) -> Said:
    stage.settings["PATH"] = "/usr/bin:/bin"
    with serving(_status(404)) as server:
        stage.require(f"alpha @ git+{server.url}/team/alpha.git@main")
        return stage.pip(f"{server.url}/simple/")


@scene
def repository_by_ssh_unreachable(stage: Stage) -> Said:
    stage.settings["PATH"] = "/usr/bin:/bin"
    stage.require(f"alpha @ git+ssh://git@127.0.0.1:{_closed_port()}/team/alpha.git")
    return stage.pip("http://127.0.0.1/")


@scene
def repository_by_https_unreachable(stage: Stage) -> Said:
    stage.settings["PATH"] = "/usr/bin:/bin"
    stage.require(f"alpha @ git+http://127.0.0.1:{_closed_port()}/team/alpha.git")
    return stage.pip("http://127.0.0.1/")


@scene
def repository_forbidden(stage: Stage) -> Said:
    stage.settings["PATH"] = "/usr/bin:/bin"
    with serving(_status(403)) as server:
        stage.require(f"alpha @ git+{server.url.replace('://', '://token:hunter2secret@')}/team/alpha.git")
        return stage.pip(f"{server.url}/simple/")


@scene
def repository_with_untrusted_certificate(stage: Stage) -> Said:
    stage.settings["PATH"] = "/usr/bin:/bin"
    with serving(_status(404), tls=certificate(stage.root)) as server:
        stage.require(f"alpha @ git+{server.url}/team/alpha.git")
        return stage.pip(f"{server.url}/simple/")


@scene
def repository_without_that_revision(stage: Stage) -> Said:
    stage.settings["PATH"] = "/usr/bin:/bin"
    git = shutil.which("git") or "git"
    repository = stage.root / "repository"
    env = {"HOME": str(stage.root), "PATH": "/usr/bin:/bin"}
    subprocess.run([git, "init", "-q", str(repository)], check=True, env=env)
    identity = ("-c", "user.name=a", "-c", "user.email=a@b.example")
    subprocess.run([git, *identity, "commit", "-q", "--allow-empty", "-m", "x"], check=True, cwd=repository, env=env)
    stage.require(f"alpha @ git+file://{repository}@v9.9")
    return stage.pip("http://127.0.0.1/")


# Memory and disk


@scene
def killed(stage: Stage) -> Said:
    stage.sdist("greedy", "1.0", {"setup.py": "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\n"})
    stage.require("greedy")
    with stage.index() as index:
        # pip runs the build backend below a helper of its own: the backend's parent is pip.
        return stage.pip(index)


@scene
def build_killed(stage: Stage) -> Said:
    stage.sdist("greedy", "1.0", {"setup.py": "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n"})
    stage.require("greedy")
    with stage.index() as index:
        return stage.pip(index)


@scene
def compiler_killed(stage: Stage) -> Said:
    _extension(stage, "int x;\n")
    stage.link("gcc", "as", "ld", "cc")
    folder = stage.root / "compiler"
    folder.mkdir()
    (folder / "cc1").write_text("#!/bin/sh\nkill -9 $$\n")
    (folder / "cc1").chmod(0o755)
    with stage.index() as index:
        return stage.pip(index, env={"COMPILER_PATH": str(folder), "CFLAGS": f"-B{folder}"})


@scene
def memory(stage: Stage) -> Said:
    limit = "import resource\nresource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))\n"
    source = f"{limit}x = 'x' * (1 << 34)\n{SETUP}setup()\n"
    stage.sdist("greedy", "1.0", {"setup.py": source})
    stage.require("greedy")
    with stage.index() as index:
        return stage.pip(index)


@scene
def disk_full(stage: Stage) -> Said:
    make_wheel(stage.files, "large", "1.0", {"large.py": os.urandom(2_000_000).hex()})
    stage.require("large")
    with stage.index() as index:
        stage.make_venv()
        mount = f'mount -t tmpfs -o size=200k none {stage.root}/tmp && exec "$@"'
        argv = ("/usr/bin/unshare", "-rm", "/bin/sh", "-c", mount, "sh", *stage.pip_command)
        return stage.run(argv, env={"PIP_INDEX_URL": index, "PATH": "/usr/bin:/bin"})


# The file itself


@scene
def conda_list(stage: Stage) -> Said:
    stage.require(
        "# This file may be used to create an environment using:", "# platform: linux-64", "_libgcc_mutex=0.1=main",
        "numpy=1.26.4=py311h24aa872_0",
    )  # fmt: skip
    return stage.pip("http://127.0.0.1/")


@scene
def local_file_of_conda(stage: Stage) -> Said:
    stage.require("certifi @ file:///croot/certifi_1700501669400/work/certifi")
    return stage.pip("http://127.0.0.1/")


@scene
def local_file_of_somebody(stage: Stage) -> Said:
    stage.require("mine @ file:///home/ana/mine-1.0-py3-none-any.whl")
    return stage.pip("http://127.0.0.1/")


@scene
def local_folder(stage: Stage) -> Said:
    stage.require("-e ../mine")
    return stage.pip("http://127.0.0.1/")


@scene
def not_a_requirement(stage: Stage) -> Said:
    stage.require("alpha==1.0", "install beta")
    return stage.pip("http://127.0.0.1/")


# What has to be compiled


def _extension(stage: Stage, source: str, name: str = "fast", **options: str) -> None:
    arguments = "".join(f", {key}={value}" for key, value in options.items())
    setup = f'ext_modules=[Extension("{name}", ["{name}.c"]{arguments})]'
    setup = f'from setuptools import Extension, setup\nsetup(name="{name}", version="1.0", {setup})\n'
    stage.sdist(name, "1.0", {"setup.py": setup, f"{name}.c": source})
    stage.require(name)


@scene
def compiler_missing(stage: Stage) -> Said:
    _extension(stage, "int x;\n")
    with stage.index() as index:
        return stage.pip(index)


@scene
def header_missing(stage: Stage) -> Said:
    stage.link("gcc", "as", "ld", "cc")
    _extension(stage, "#include <librdkafka/rdkafka.h>\n")
    with stage.index() as index:
        return stage.pip(index)


@scene
def header_nobody_knows(stage: Stage) -> Said:
    stage.link("gcc", "as", "ld", "cc")
    _extension(stage, "#include <nobody/knows.h>\n")
    with stage.index() as index:
        return stage.pip(index)


@scene
def header_of_python_missing(stage: Stage) -> Said:
    stage.link("as", "ld")
    _extension(stage, "#include <Python.h>\n")
    with stage.index() as index:
        # The headers of the interpreter that runs this are there: the compiler is kept from finding them.
        stage.program(
            "gcc",
            'for each; do shift; case "$each" in -I*) ;; *) set -- "$@" "$each";; esac; done; /usr/bin/gcc "$@"',
        )
        return stage.pip(index)


@scene
def code_for_another_python(stage: Stage) -> Said:
    stage.link("gcc", "as", "ld", "cc")
    _extension(stage, "#include <Python.h>\nlong f(void) { return PyLong_AsLong(); }\n")
    with stage.index() as index:
        return stage.pip(index)


@scene
def library_missing(stage: Stage) -> Said:
    stage.link("gcc", "as", "ld", "cc")
    _extension(stage, "int x;\n", libraries='["nosuchthing"]')
    with stage.index() as index:
        return stage.pip(index)


@scene
def build_imports(stage: Stage) -> Said:
    stage.sdist("older", "1.0", {"setup.py": f"import numpy\n{SETUP}setup()\n"})
    stage.require("older")
    with stage.index() as index:
        return stage.pip(index)


@scene
def python_two(stage: Stage) -> Said:
    stage.sdist("ancient", "1.0", {"setup.py": "print 'hello'\n"})
    stage.require("ancient")
    with stage.index() as index:
        return stage.pip(index)
