"""Private indexes with every tool beside pip: whatever happens, credentials are nowhere but where the user put them."""

import base64
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, unquote

import msgspec
import pytest
import tomli
from pure.manager.table import MANAGERS
from shell.process import run

from tests.bound import bind
from tests.builds.locked import Index, fetch_tool, lock, project
from tests.builds.test_secrets import PASSWORD, TOKEN, USER, holding
from tests.builds.workshop import Bench, Workshop, locked, remove
from tests.local_index import BACKEND, serve
from tests.often import seldom
from tests.places import ROOT

pytestmark = pytest.mark.heavy

# So long that whoever breaks lines breaks it, whatever the width.
SIGNATURE = "5ig" + "".join(f"{number:03x}Q" for number in range(60))
UNNAMED = "unn4med-8c2f71"
QUERY = f"X-Amz-Signature={SIGNATURE}&tkn={UNNAMED}"


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """One way of giving credentials.

    ``declared`` is the index's host as the project's files have it, ``env`` are variables of lock and build. In both
    ``{host}`` is the index, ``{quoted}`` the password as URLs have it, ``{url}`` the index with user and password;
    the same in bindings.
    ``error`` are words of the message where the index refuses.
    """

    manager: str
    declared: str = "{host}"
    env: dict[str, str] = {}
    user: str = USER
    password: str = PASSWORD
    query: str = ""
    netrc: str = ""
    # By name, the type and the entries of what the platform binds.
    bindings: dict[str, tuple[str, dict[str, str]]] = {}
    # Variables, and a netrc file, by which the project is locked, where these aren't those of the build.
    locking: dict[str, str] = {}
    locking_netrc: str = ""
    edit: Callable[[str, str], str] = lambda text, _: text
    error: tuple[str, ...] = ()


def without_index(text: str, _: str) -> str:
    """A ``pyproject.toml`` that leaves the index to variables."""
    return text.partition("[[tool.")[0]


def direct(text: str, host: str) -> str:
    """Files that ask for ``alpha`` by its URL instead of by name."""
    url = f"http://{host}/files/alpha-1.0-py3-none-any.whl?{QUERY}"
    text = text.replace('"alpha==1.0"', f'"alpha @ {url}"')
    return text.replace('alpha = "==1.0"', f'alpha = {{file = "{url}"}}')


IN_URL = "{user}:{quoted}@{host}"
NETRC = "machine 127.0.0.1 login {user} password {password}\n"
UV_NAMES = ("UV_INDEX_<NAME>_USERNAME", "UV_INDEX_<NAME>_PASSWORD")
PDM_NAMES = ("PDM_PYPI_USERNAME", "PDM_PYPI_PASSWORD")
POETRY_NAMES = ("POETRY_HTTP_BASIC_<NAME>_USERNAME", "POETRY_HTTP_BASIC_<NAME>_PASSWORD")
PYPI = {"index": ("PyPI", {"url": "{bare}", "username": "{user}", "password": "{password}\n"})}
WAYS = {
    "uv: variables of the index": Way(
        manager="uv",
        env={"UV_INDEX_LOCAL_USERNAME": USER, "UV_INDEX_LOCAL_PASSWORD": PASSWORD},
        error=UV_NAMES,
    ),
    "uv: a token as the user": Way(
        manager="uv", env={"UV_INDEX_LOCAL_USERNAME": TOKEN}, user=TOKEN, password="", error=UV_NAMES
    ),
    "uv: UV_DEFAULT_INDEX": Way(manager="uv", env={"UV_DEFAULT_INDEX": "{url}"}, edit=without_index, error=UV_NAMES),
    "uv: UV_INDEX_URL": Way(manager="uv", env={"UV_INDEX_URL": "{url}"}, edit=without_index, error=UV_NAMES),
    "uv: URL in pyproject.toml": Way(manager="uv", declared=IN_URL, error=UV_NAMES),
    "uv: netrc": Way(manager="uv", netrc=NETRC, password=TOKEN, error=UV_NAMES),
    "uv: signed links": Way(manager="uv", query=QUERY, password="", user="", error=UV_NAMES),
    "uv: direct reference": Way(manager="uv", query=QUERY, password="", user="", edit=direct, error=UV_NAMES),
    "poetry: variables of the index": Way(
        manager="poetry",
        env={"POETRY_HTTP_BASIC_LOCAL_USERNAME": USER, "POETRY_HTTP_BASIC_LOCAL_PASSWORD": PASSWORD},
        error=POETRY_NAMES,
    ),
    "poetry: URL in pyproject.toml": Way(manager="poetry", declared=IN_URL, error=POETRY_NAMES),
    "poetry: netrc": Way(manager="poetry", netrc=NETRC, password=TOKEN, error=POETRY_NAMES),
    "poetry: signed links": Way(manager="poetry", query=QUERY, password="", user="", error=POETRY_NAMES),
    "poetry: direct reference": Way(
        manager="poetry", query=QUERY, password="", user="", edit=direct, error=POETRY_NAMES
    ),
    "pipenv: variable in the Pipfile": Way(
        manager="pipenv",
        declared=USER + ":${{INDEX_KEY}}@{host}",
        # Pipenv and PDM quote what they put there themselves.
        env={"INDEX_KEY": PASSWORD},
        error=("${TOKEN}",),
    ),
    "pipenv: variables without braces": Way(
        manager="pipenv",
        declared="$INDEX_USER:$INDEX_KEY@{host}",
        env={"INDEX_USER": USER, "INDEX_KEY": TOKEN},
        password=TOKEN,
        error=("${TOKEN}",),
    ),
    "pipenv: mirror": Way(manager="pipenv", env={"PIPENV_PYPI_MIRROR": "{url}"}, declared=IN_URL, error=("${TOKEN}",)),
    "pipenv: netrc": Way(manager="pipenv", netrc=NETRC, password=TOKEN, error=("${TOKEN}",)),
    "pipenv: signed links": Way(manager="pipenv", query=QUERY, password="", user="", error=("${TOKEN}",)),
    "pipenv: direct reference": Way(
        manager="pipenv", query=QUERY, password="", user="", edit=direct, error=("${TOKEN}",)
    ),
    "pdm: variable in the source": Way(
        manager="pdm",
        declared=USER + ":${{INDEX_KEY}}@{host}",
        env={"INDEX_KEY": PASSWORD},
        error=PDM_NAMES,
    ),
    "pdm: variables of the index": Way(
        manager="pdm",
        env={"PDM_PYPI_USERNAME": USER, "PDM_PYPI_PASSWORD": PASSWORD},
        error=PDM_NAMES,
    ),
    "pdm: PDM_PYPI_URL": Way(
        manager="pdm",
        env={"PDM_PYPI_URL": "{url}"},
        edit=without_index,
        error=PDM_NAMES,
    ),
    "pdm: netrc": Way(manager="pdm", netrc=NETRC, password=TOKEN, error=PDM_NAMES),
    "pdm: signed links": Way(manager="pdm", query=QUERY, password="", user="", error=PDM_NAMES),
    "pdm: direct reference": Way(manager="pdm", query=QUERY, password="", user="", edit=direct, error=PDM_NAMES),
    "pylock: variables of the index": Way(
        manager="pylock",
        env={"UV_INDEX": "local={bare}", "UV_INDEX_LOCAL_USERNAME": USER, "UV_INDEX_LOCAL_PASSWORD": PASSWORD},
        error=("UV_",),
    ),
    "pylock: UV_DEFAULT_INDEX": Way(
        manager="pylock", env={"UV_DEFAULT_INDEX": "{url}"}, edit=without_index, error=("UV_",)
    ),
    "pylock: URLs in the lock": Way(
        manager="pylock",
        env={"UV_DEFAULT_INDEX": "{url}"},
        edit=lambda text, host: without_index(text, host).replace(
            f"http://{host}/", f"http://{USER}:{quote(PASSWORD, safe='')}@{host}/"
        ),
        error=("UV_",),
    ),
    "pylock: signed links": Way(manager="pylock", query=QUERY, password="", user="", error=("UV_",)),
    "uv: pypi binding": Way(
        manager="uv",
        bindings=PYPI,
        locking={"UV_INDEX_LOCAL_USERNAME": USER, "UV_INDEX_LOCAL_PASSWORD": PASSWORD},
        error=UV_NAMES,
    ),
    "uv: pypi binding, no index declared": Way(
        manager="uv", bindings=PYPI, locking={"UV_DEFAULT_INDEX": "{url}"}, edit=without_index, error=UV_NAMES
    ),
    "uv: uv.toml binding": Way(
        manager="uv",
        bindings={"settings": ("uv", {"uv.toml": '[[index]]\nname = "own"\nurl = "{url}"\ndefault = true\n'})},
        locking={"UV_DEFAULT_INDEX": "{url}"},
        edit=without_index,
        error=UV_NAMES,
    ),
    "uv: netrc binding": Way(
        manager="uv",
        bindings={"passwords": ("netrc", {".netrc": NETRC})},
        locking_netrc=NETRC,
        password=TOKEN,
        error=UV_NAMES,
    ),
    "poetry: pypi binding": Way(
        manager="poetry",
        bindings=PYPI,
        locking={"POETRY_HTTP_BASIC_LOCAL_USERNAME": USER, "POETRY_HTTP_BASIC_LOCAL_PASSWORD": PASSWORD},
        error=POETRY_NAMES,
    ),
    "poetry: auth.toml binding": Way(
        manager="poetry",
        bindings={
            "settings": ("poetry", {"auth.toml": '[http-basic.local]\nusername = "{user}"\npassword = "{password}"\n'})
        },
        locking={"POETRY_HTTP_BASIC_LOCAL_USERNAME": USER, "POETRY_HTTP_BASIC_LOCAL_PASSWORD": PASSWORD},
        error=POETRY_NAMES,
    ),
    "pipenv: pypi binding": Way(manager="pipenv", bindings=PYPI, locking_netrc=NETRC, error=("${TOKEN}",)),
    "pipenv: pypi binding instead of the public index": Way(
        manager="pipenv",
        bindings=PYPI,
        locking={"PIPENV_PYPI_MIRROR": "{url}"},
        edit=lambda text, host: text.replace(f"http://{host}/simple/", "https://pypi.org/simple"),
        error=("${TOKEN}",),
    ),
    "pdm: pypi binding": Way(
        manager="pdm",
        bindings=PYPI,
        locking={"PDM_PYPI_USERNAME": USER, "PDM_PYPI_PASSWORD": PASSWORD},
        error=PDM_NAMES,
    ),
    "pdm: pypi binding, no index declared": Way(
        manager="pdm", bindings=PYPI, locking={"PDM_PYPI_URL": "{url}"}, edit=without_index, error=PDM_NAMES
    ),
    "pdm: pypi binding of another name": Way(
        manager="pdm",
        bindings=PYPI,
        locking_netrc=NETRC,
        edit=lambda text, _: text.replace('name = "pypi"', 'name = "corp"'),
        error=PDM_NAMES,
    ),
    "pylock: pypi binding": Way(
        manager="pylock", bindings=PYPI, locking={"UV_DEFAULT_INDEX": "{url}"}, edit=without_index, error=("UV_",)
    ),
    "project: pypi binding": Way(manager="project", bindings=PYPI, error=("PIP_INDEX_URL",)),
    "project: pip.conf binding": Way(
        manager="project",
        bindings={"settings": ("pip", {"pip.conf": "[global]\nindex-url = {url}\n"})},
        error=("PIP_INDEX_URL",),
    ),
    "project: PIP_INDEX_URL": Way(manager="project", env={"PIP_INDEX_URL": "{url}"}, error=("PIP_INDEX_URL",)),
    "project: PIP_EXTRA_INDEX_URL": Way(
        manager="project", env={"PIP_INDEX_URL": "{empty}", "PIP_EXTRA_INDEX_URL": "{url}"}, error=("PIP_INDEX_URL",)
    ),
    "project: netrc": Way(
        manager="project", env={"PIP_INDEX_URL": "{bare}"}, netrc=NETRC, password=TOKEN, error=("PIP_INDEX_URL",)
    ),
    "project: direct reference": Way(
        manager="project",
        env={"PIP_INDEX_URL": "{bare}"},
        query=QUERY,
        password="",
        user="",
        edit=direct,
        error=("PIP_INDEX_URL",),
    ),
}


@pytest.fixture(scope="session")
def layers(workshop: Workshop, tools: Path) -> Callable[[str, Path], Path]:
    """Gives layers that hold a manager's tool and no environment; made once in a test run."""

    def made(manager: str, folder: Path) -> Path:
        if manager == "project":
            return tools
        ready = workshop.shared / f"layers-{manager}"
        with locked(workshop.shared / f"layers-{manager}-bench"):
            if not ready.exists():
                fetch_tool(workshop, MANAGERS[manager].tool.name)
                bench = Bench(workshop.shared / f"layers-{manager}-bench" / "bench", workshop, tools)
                with serve(workshop.wheels) as host:
                    bench.write(lock(manager, workshop, project(manager, Index(host)), folder))
                    bench.build({**Index(host).variables, "PIP_NO_INDEX": "1"})
                remove(bench.venv)
                for name in ("venv.toml", "launch.toml", "lamina-record.json"):
                    (bench.own / name).unlink()
                bench.layers.rename(ready)
        return ready

    return made


@pytest.fixture(scope="module")
def empty_index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serve(tmp_path_factory.mktemp("empty")) as host:
        yield f"http://{host}/simple/"


def forms_of(way: Way) -> tuple[bytes, ...]:
    """How the secrets of a way may be written, and all parts of the long one that somebody could use."""
    given = {way.password, TOKEN if TOKEN in (way.user, way.password) else "", UNNAMED if way.query else ""} - {""}
    basic = base64.b64encode(f"{way.user}:{way.password}".encode()).decode()
    forms = {form for each in given for form in (each, quote(each, safe=""), quote(each), unquote(each))}
    forms |= {basic} if given else set()
    forms |= {SIGNATURE[at : at + 20] for at in range(len(SIGNATURE) - 20)} if way.query else set()
    return tuple(sorted(form.encode() for form in forms))


def planned(bench: Bench, env: dict[str, str | None]) -> str:
    """What ``lamina plan`` prints, as text and as JSON."""
    given = bench.root / "variables"
    given.write_text("".join(f"{name}={value}\n" for name, value in bench.environment(env).items()))
    said = ""
    for more in ((), ("--json",)):
        program = (sys.executable, "-c", "import sys; from shell.command.cli import main; sys.exit(main())")
        arguments = ("plan", str(bench.app), "--env-file", str(given), "--layers", str(bench.own), *more)
        ended = run((*program, *arguments), env={"PATH": "/usr/bin:/bin", "HOME": str(bench.root / "home")}, cwd=ROOT)
        assert ended.ok, ended.stdout + ended.stderr
        said += ended.stdout + ended.stderr
    return said


# Of each tool, and of each kind of place.
EACH_TIME = (
    "uv: URL in pyproject.toml", "uv: pypi binding, no index declared", "poetry: variables of the index",
    "poetry: auth.toml binding", "pipenv: variable in the Pipfile", "pdm: netrc", "pylock: URLs in the lock",
    "project: pip.conf binding", "project: direct reference",
)  # fmt: skip


@pytest.mark.parametrize("name", seldom(WAYS, *EACH_TIME))
def test_credentials_of_every_tool_stay_secret(
    name: str,
    workshop: Workshop,
    layers: Callable[[str, Path], Path],
    empty_index: str,
    tmp_path: Path,
) -> None:
    way = WAYS[name]
    bench = Bench(tmp_path / "bench", workshop, layers(way.manager, tmp_path / "empty-lock"))
    credentials = f"{way.user}:{way.password}" if way.user else ""
    forms = forms_of(way)
    written: dict[str, str] = {}
    logs: list[str] = []

    def checked() -> None:
        leaks = [log for log in logs if any(form in log.encode() for form in forms)]
        assert leaks == []
        own = {str(bench.app / file) for file in written} | {str(bench.root / "home" / ".netrc")}
        # A project's dependencies are in its metadata as it declares them, and its source is in the image as well.
        metadata = bench.site / "app-1.dist-info" / "METADATA"
        own |= {str(metadata), f"{bench.own}/venv-cache/venv.tar:{metadata.relative_to(bench.own)}"}
        places = (bench.layers, bench.app, bench.root / "home")
        assert {path for place in places for path in holding(place, forms)} <= own

    with serve(workshop.wheels, credentials=credentials, query=way.query) as host:
        quoted = quote(way.password, safe="")
        values = {
            "host": host,
            "bare": f"http://{host}/simple/",
            "user": way.user,
            "quoted": quoted,
            "password": way.password,
            "url": f"http://{way.user}:{quoted}@{host}/simple/",
            "empty": empty_index,
        }
        own = {variable: value.format(**values) for variable, value in way.env.items()}
        locking = own | {variable: value.format(**values) for variable, value in way.locking.items()}
        for bound, (kind, entries) in way.bindings.items():
            filled = {entry: value.format(**values) for entry, value in entries.items()}
            bind(bench.root / "platform" / "bindings", bound, kind, filled)
        (tmp_path / "lock").mkdir()
        if way.locking_netrc:
            (tmp_path / "lock" / ".netrc").write_text(way.locking_netrc.format(**values))
            (tmp_path / "lock" / ".netrc").chmod(0o600)
        if way.netrc:
            for home in (bench.root / "home", tmp_path / "lock"):
                (home / ".netrc").write_text(way.netrc.format(**values))
                # PDM reads none that others could read.
                (home / ".netrc").chmod(0o600)
        env: dict[str, str | None] = {"PIP_NO_INDEX": None, "PIP_FIND_LINKS": None, "PIP_RETRIES": "0", **own}

        def files(*requirements: str) -> dict[str, str]:
            return made(way, host, way.declared.format(**values), requirements, workshop, tmp_path / "lock", locking)

        one, two = files("alpha==1.0", "beta==1.0"), files("alpha==1.0", "beta==1.1")
        for each in (one, two):
            written = each
            bench.write(each)
            logs.append(planned(bench, env))
            built = bench.try_build(env)
            logs.append(built.log)
            assert built.status == 0, built.log
            checked()
        assert bench.versions() | {"app": ""} == {"alpha": "1.0", "app": "", "beta": "1.1", "gamma": "1.0"}

    for refusal, folder in ((401, workshop.wheels), (403, workshop.wheels), (404, tmp_path / "nothing")):
        folder.mkdir(exist_ok=True)
        allowed = credentials if refusal == 404 else "somebody:else"
        port = int(host.rpartition(":")[2])
        with serve(folder, credentials=allowed, refusal=refusal, query=way.query, port=port):
            bench.forget_environment()
            built = bench.try_build(env)
        logs.append(built.log)
        assert built.status == 1, built.log
        assert built.log.count("\nError: ") == 1
        assert "Traceback" not in built.log.partition("\nError: ")[2]
        checked()
        if refusal != 404:
            message = built.log.partition("\nError: ")[2]
            assert all(word in message for word in way.error), built.log
    remove(bench.root)


def made(
    way: Way,
    host: str,
    declared: str,
    requirements: tuple[str, ...],
    workshop: Workshop,
    folder: Path,
    env: dict[str, str],
) -> dict[str, str]:
    """An application's files with their lock, as the way writes them."""
    if way.manager == "project":
        listed = ", ".join(f'"{each}"' for each in requirements)
        text = f'[project]\nname = "app"\nversion = "1"\ndependencies = [{listed}]\n'
        text += '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
        text = way.edit(text, host)
        required = "".join(f"Requires-Dist: {each}\\n" for each in tomli.loads(text)["project"]["dependencies"])
        backend = BACKEND.format(name="app", version="1")
        backend = backend.replace("Version: {VERSION}\\n", f"Version: {{VERSION}}\\n{required}")
        return {"pyproject.toml": text, "backend.py": backend, "app.py": ""}
    files = {name: way.edit(text, host) for name, text in project(way.manager, Index(declared), *requirements).items()}
    found = lock(way.manager, workshop, files, folder, env)
    if way.manager == "pylock":
        return {"pylock.toml": way.edit(found["pylock.toml"], host), "pyproject.toml": files["pyproject.toml"]}
    return found
