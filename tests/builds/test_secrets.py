"""A package index that needs a password: whatever happens, the password is nowhere but where the user put it."""

import base64
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote

import msgspec
import pytest
from shell.process import run

from tests.bound import bind
from tests.builds.workshop import Bench, Workshop, locked
from tests.local_index import make_project, serve
from tests.places import ROOT

USER, PASSWORD = "deploy-user-7301", "p@ss:w0rd/s3cr3t-%41"
TOKEN = "tok3n-5d1f0c"
FORMS = tuple(
    form.encode()
    for form in (
        PASSWORD,
        quote(PASSWORD, safe=""),
        quote(PASSWORD),
        unquote(PASSWORD),
        TOKEN,
        base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode(),
        base64.b64encode(f"{USER}:{TOKEN}".encode()).decode(),
    )
)
WRONG = "wr0ng-p4ssword"


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One way of giving credentials. ``{url}`` is the index with them, ``{bare}`` its address without."""

    env: dict[str, str] = {}
    requirements: str = ""
    config: str = ""
    password: str = PASSWORD


CASES = {
    "index-url": Case(env={"PIP_INDEX_URL": "{url}"}),
    "extra-index-url": Case(env={"PIP_INDEX_URL": "{empty}", "PIP_EXTRA_INDEX_URL": "{url}"}),
    "interpolated": Case(
        env={"INDEX_USER": USER, "INDEX_KEY": "{quoted}"},
        requirements="--index-url http://${{INDEX_USER}}:${{INDEX_KEY}}@{host}/simple/\n",
        password=TOKEN,
    ),
    "configuration file": Case(env={"PIP_CONFIG_FILE": "/platform/pip.conf"}, config="[global]\nindex-url = {url}\n"),
    "token in the path": Case(
        env={"INDEX_KEY": TOKEN, "PIP_INDEX_URL": "{url}"},
        requirements="alpha @ http://{host}/files/${{INDEX_KEY}}/alpha-1.0-py3-none-any.whl\n",
    ),
    "direct reference": Case(
        env={"INDEX_KEY": "{quoted}", "PIP_NO_INDEX": "1"},
        requirements="alpha @ http://" + USER + ":${{INDEX_KEY}}@{host}/files/alpha-1.0-py3-none-any.whl\n",
        password=TOKEN,
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def empty_index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serve(tmp_path_factory.mktemp("empty")) as host:
        yield f"http://{host}/simple/"


def holding(folder: Path, forms: tuple[bytes, ...] = FORMS) -> list[str]:
    """The files below a folder in which one of the secrets occurs."""
    found: list[str] = []
    for current, folders, files in os.walk(folder):
        found += [name for name in (*files, *folders) if any(form in os.fsencode(name) for form in forms)]
        for name in files:
            path = Path(current, name)
            if path.is_symlink():
                found += [str(path)] if any(form in os.fsencode(path.readlink()) for form in forms) else []
                continue
            data = path.read_bytes()
            if any(form in data for form in forms):
                found += in_archive(path, forms) if path.suffix == ".tar" else [str(path)]
    return found


def in_archive(path: Path, forms: tuple[bytes, ...]) -> list[str]:
    """The members of an archive in which one of the secrets occurs; the archive itself where it is in none."""
    found: list[str] = []
    with tarfile.open(path) as archive:
        for member in archive:
            file = archive.extractfile(member) if member.isfile() else None
            said = os.fsencode(f"{member.name}\0{member.linkname}\0{member.pax_headers}")
            data = said + (file.read() if file else b"")
            found += [f"{path}:{member.name}"] if any(form in data for form in forms) else []
    return found or [str(path)]


OUTCOMES = [(way, outcome) for way in CASES for outcome in ("success", "wrong password")]
OUTCOMES += [(way, "missing distribution") for way in ("index-url", "interpolated", "direct reference")]
# One that a variable brings, and one that stands in a file.
EACH_TIME = (("interpolated", "success"), ("index-url", "wrong password"))


@pytest.mark.parametrize(
    ("way", "outcome"),
    [each if each in EACH_TIME else pytest.param(*each, marks=pytest.mark.heavy) for each in OUTCOMES],
)
def test_secret_stays_secret(way: str, outcome: str, bench: Bench, workshop: Workshop, empty_index: str) -> None:
    case = CASES[way]
    given = WRONG if outcome == "wrong password" else case.password
    with serve(workshop.wheels, credentials=f"{USER}:{case.password}") as host:
        values = {
            "host": host,
            "quoted": quote(given, safe=""),
            "url": f"http://{USER}:{quote(given, safe='')}@{host}/simple/",
            "empty": empty_index,
        }
        wanted = "no-such-distribution==1\n" if outcome == "missing distribution" else "beta==1.0\n"
        if way == "direct reference":
            wanted = (
                "http://{host}/files/none-1.0-py3-none-any.whl\n" if outcome == "missing distribution" else "gamma\n"
            )
        bench.write({"requirements.txt": (case.requirements + wanted).format(**values)})
        if case.config:
            (bench.root / "platform" / "pip.conf").write_text(case.config.format(**values))
        env: dict[str, str | None] = {"PIP_NO_INDEX": None, "PIP_FIND_LINKS": None, "PIP_RETRIES": "0"}
        if way == "direct reference":
            env["PIP_FIND_LINKS"] = "/wheels"
        env |= {name: value.format(**values) for name, value in case.env.items()}
        built = bench.try_build(env)
        logs = [built.log]
        if built.status == 0:
            # A rebuild resolves again, and has what the first one wrote to leak.
            bench.write({"requirements.txt": (case.requirements + wanted + "gamma==1.0\n").format(**values)})
            logs.append(bench.build(env).log)
    assert built.status == (0 if outcome == "success" else 1), built.log
    # A wrong password is as much of a secret: it is probably the right one of something else.
    forms = (*FORMS, WRONG.encode(), base64.b64encode(f"{USER}:{WRONG}".encode()))
    assert not [form for form in forms for log in logs if form in log.encode()], logs
    assert holding(bench.layers, forms) == []
    if outcome != "success":
        assert built.log.count("\nError: ") == 1
        assert "Traceback" not in built.log


@pytest.mark.heavy
def test_signed_source_archive(bench: Bench, tmp_path: Path) -> None:
    """pip notes in its cache where the wheels come from that it has built."""
    make_project(tmp_path / "omega-1.0", "omega", "1.0", "x = 1\n")
    (tmp_path / "omega-1.0" / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: omega\nVersion: 1.0\n")
    files = tmp_path / "files"
    files.mkdir()
    with tarfile.open(files / "omega-1.0.tar.gz", "w:gz") as archive:
        archive.add(tmp_path / "omega-1.0", "omega-1.0")
    with serve(files, query=f"tkn={TOKEN}") as host:
        bench.require(f"omega @ http://{host}/files/omega-1.0.tar.gz?tkn={TOKEN}")
        for _ in range(2):
            built = bench.build()
            assert TOKEN not in built.log
            assert holding(bench.layers) == []
            assert bench.versions() == {"omega": "1.0"}


@pytest.mark.heavy
def test_whole_image_and_cache(workshop: Workshop, tmp_path: Path) -> None:
    """The first build of all, with pip itself from the private index, by the local lifecycle, kept as it leaves it."""
    app = tmp_path / "app"
    app.mkdir()
    (app / "requirements.txt").write_text(
        "--extra-index-url http://${INDEX_USER}:${INDEX_KEY}@HOST/simple/\nbeta==1.0\n"
    )
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    for wheel in (*workshop.wheels.glob("*.whl"), *workshop.pips.glob("*.whl")):
        (wheels / wheel.name).write_bytes(wheel.read_bytes())
    with serve(wheels, credentials=f"{USER}:{PASSWORD}") as host:
        text = (app / "requirements.txt").read_text().replace("HOST", host)
        (app / "requirements.txt").write_text(text)
        quoted = quote(PASSWORD, safe="")
        variables = {
            "PIP_INDEX_URL": f"http://{USER}:{quoted}@{host}/simple/",
            "INDEX_USER": USER,
            "INDEX_KEY": quoted,
        }
        file = tmp_path / "variables"
        file.write_text("".join(f"{name}={value}\n" for name, value in variables.items()))
        env = {**os.environ, "XDG_CACHE_HOME": str(workshop.cache_home)}
        lamina = (str(ROOT / ".venv" / "bin" / "lamina"), "build", str(app), "--env-file", str(file))
        with locked(workshop.shared / "lamina"):
            done = run((*lamina, "--cache", str(tmp_path / "cache")), env=env)
    assert done.ok, done.stdout + done.stderr
    assert not [form for form in FORMS if form in (done.stdout + done.stderr).encode()]
    assert holding(tmp_path / "cache") == []
    assert (tmp_path / "cache" / "image" / "image.json").is_file()


@pytest.mark.heavy
@pytest.mark.parametrize("way", ["index-url", "interpolated", "configuration file", "binding"])
def test_build_commands_get_none(way: str, bench: Bench, workshop: Workshop, tmp_path: Path) -> None:
    """Whatever a build command writes of its environment is part of the image, and what it prints is in the log."""
    case = CASES.get(way, Case())
    with serve(workshop.wheels, credentials=f"{USER}:{case.password}") as host:
        quoted = quote(case.password, safe="")
        values = {"host": host, "quoted": quoted, "url": f"http://{USER}:{quoted}@{host}/simple/"}
        lines = (
            f'[tool.lamina]\nbuild = ["env", "env > env.txt", "cat {bench.root}/nothing || env | base64 > more.txt"]\n'
        )
        requirements = f"{case.requirements}beta==1.0\n".format(**values)
        bench.write({"requirements.txt": requirements, "pyproject.toml": lines})
        (bench.root / "platform" / "pip.conf").write_text(case.config.format(**values))
        if way == "binding":
            entries = {"url": f"http://{host}/simple/", "username": USER, "password": case.password}
            bind(bench.root / "platform" / "bindings", "index", "pypi", entries)
        env: dict[str, str | None] = {"PIP_NO_INDEX": None, "PIP_FIND_LINKS": None, "GREETING": "hello"}
        env |= {"SERVICE_BINDING_ROOT": "/platform/bindings"} if way == "binding" else {}
        env |= {name: value.format(**values) for name, value in case.env.items()}
        built = bench.build(env)
    assert "GREETING=hello" in (bench.app / "env.txt").read_text()
    assert "PIP_" not in (bench.app / "env.txt").read_text()
    for name in ("env.txt", "more.txt"):
        assert not [form for form in FORMS if form in (bench.app / name).read_bytes()], name
    assert not [form for form in FORMS if form in built.log.encode()], built.log
    assert holding(bench.layers) == []
