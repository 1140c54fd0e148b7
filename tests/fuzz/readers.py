# ruff: noqa: E501  (documents of others, in lines of their own)
"""What reads bytes that strangers wrote, each with inputs that it is made for; one row for each.

A reader takes any bytes and raises nothing: it gives a value or an error value. What it gives is looked at as a whole,
so that nothing of it is put off.
"""

from collections.abc import Callable, Mapping
from random import Random
from typing import Final, TypeAlias

import msgspec
from pure.bindings.contents import understood, written_secrets, written_texts
from pure.bindings.folder import EXPECTED, Binding, BindingType, kind_of
from pure.build.collected import decode_record, decode_trace
from pure.build.credentials import netrc
from pure.complaints.commands import why_it_failed
from pure.complaints.recognition import recognise, worth_keeping
from pure.image.contents import contents
from pure.image.credentials import answered as helper_answered
from pure.image.credentials import stored
from pure.image.demands import demands
from pure.image.index import read_index, read_saved
from pure.image.manifest import read_image
from pure.image.reference import AtPath, decide_reference, places
from pure.layers.metadata import decode_linked, decode_metadata
from pure.lifecycle.project_toml import read_descriptor
from pure.outcome import Failure, Success
from pure.project.build_commands import build_commands
from pure.project.document import Document
from pure.project.requirements.file import parse_requirements
from pure.python.catalogue import decode_catalogue, decode_end_of_life, parse_mirror
from pure.python.requirers import read_requirers
from pure.redaction import redactor
from pure.report.page.document import document
from pure.report.page.filling import Known, page
from pure.report.planned import side_of_plan
from pure.report.timeline import decode_timeline, parts_told
from pure.review.golden import decode_golden
from pure.runtime.carried import decode_tree
from pure.runtime.linked import answered, encode_linked, others
from pure.sbom.brought import read as read_brought
from pure.start.code_parser import parse_module
from pure.start.declared import read_startup
from pure.start.declared_files import bound_names
from pure.start.peers import read_entrypoint
from pure.start.processes import from_procfile
from pure.venv.describing import described
from pure.venv.headers import headers, requirement
from pure.venv.installed import parse_installed, shared_files
from pure.venv.resolved import ResolvedSet, parse_direct_url, parse_report
from pure.venv.state import decode_state

from pure.project.locks import pdm, pipfile, poetry, pylock, uv, wheels
from pure.python import version_files
from tests.fuzz.bindings import play

Reader: TypeAlias = Callable[[bytes], object]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A reader, and what it is made for."""

    read: Reader
    made_for: tuple[bytes, ...]


def text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _lock(read: Callable[[Document], object]) -> Reader:
    return lambda raw: read(Document(raw=raw))


def _named(read: Callable[[Document, str], object], file: str) -> Reader:
    return lambda raw: read(Document(raw=raw), file)


def _wheels(read: Callable[[object], object]) -> Reader:
    def found(raw: bytes) -> object:
        document = Document(raw=raw).toml
        if not isinstance(document, Success):
            return document
        return read(document.unwrap()), wheels.digests(document.unwrap())

    return found


def _installed(raw: bytes) -> object:
    """A distribution whose METADATA, WHEEL and RECORD are parts of the bytes."""
    metadata, _, rest = raw.partition(b"\x1e")
    wheel, _, record = rest.partition(b"\x1e")
    folder = "alpha-1.dist-info"
    files = {f"{folder}/METADATA": metadata, f"{folder}/WHEEL": wheel, f"{folder}/RECORD": record}
    installed = parse_installed(files, python_minor="3.13")
    said = described(
        files, installed, ResolvedSet(), python="3.13", arch="amd64", declared=("alpha[x]",), locked={}, hide=str
    )
    return installed, shared_files(installed), said


def _requirement(raw: bytes) -> object:
    return headers(raw, ("requires-dist", "name")), requirement(text(raw))


def _bound(kind: BindingType) -> Reader:
    names = EXPECTED[kind].entries or ("entry",)

    def read(raw: bytes) -> object:
        parts = raw.split(b"\x1e")
        entries = {name: parts[place % len(parts)] for place, name in enumerate(names)}
        held = understood((Binding(name="bound", kind=kind, path="/b", names=tuple(entries), entries=entries),))
        if not isinstance(held, Success):
            return held
        return tuple(written_secrets(held.unwrap())), tuple(written_texts(held.unwrap())), kind_of(raw)

    return read


def _linked(raw: bytes) -> object:
    lines = text(raw).splitlines()
    return encode_linked(answered(lines)), others(lines), decode_linked(raw)


def _redacted(raw: bytes) -> object:
    secret, _, said = text(raw).partition("\n")
    return redactor({"TOKEN": secret, "INDEX_URL": secret}, requirement_texts=(said,))(said)


def _complaint(raw: bytes) -> object:
    lines = text(raw).splitlines()
    return [recognise(tool, lines, returncode=1) for tool in ("pip", "uv", "poetry")], worth_keeping(lines)


def _referred(raw: bytes) -> object:
    return decide_reference(text(raw), dict.fromkeys(places(text(raw)), AtPath.NOTHING), cache="")


_REQUIREMENTS: Final = (
    b"--index-url https://u:p@h.example/simple\nflask>=3,<4; python_version > '3' \\\n  --hash=sha256:0a\n-r more.txt\n",
    b"-e git+https://h.example/a.git@main#egg=a[x]\n./local  # here\nalpha @ https://h.example/a-1.tar.gz#sha256=00\n",
)
_PYPROJECT: Final = (
    b'[project]\nname = "a"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["flask"]\n[project.scripts]\n'
    b'web = "a:main"\n[tool.lamina.processes]\nweb = "gunicorn a:app"\n[tool.poetry.dependencies]\npython = "^3.11"\n'
)
_UV: Final = (
    b'version = 1\nrequires-python = ">=3.11"\n[[package]]\nname = "alpha"\nversion = "1.0"\n'
    b'source = { registry = "https://h.example/simple" }\ndependencies = [{ name = "beta", marker = "os_name == \'nt\'" }]\n'
    b'wheels = [{ url = "https://h.example/alpha-1.0-py3-none-any.whl", hash = "sha256:00", size = 1 }]\n'
)
_POETRY: Final = (
    b'[[package]]\nname = "alpha"\nversion = "1.0"\noptional = false\npython-versions = ">=3.9"\ngroups = ["main"]\n'
    b'files = [{ file = "alpha-1.0-py3-none-any.whl", hash = "sha256:00" }]\n[metadata]\nlock-version = "2.1"\n'
    b'python-versions = ">=3.11"\ncontent-hash = "00"\n'
)
_PDM: Final = (
    b'[metadata]\ngroups = ["default"]\nstrategy = ["inherit_metadata"]\nlock_version = "4.5.0"\ncontent_hash = "sha256:0"\n'
    b'[[metadata.targets]]\nrequires_python = ">=3.11"\n[[package]]\nname = "alpha"\nversion = "1.0"\n'
    b'files = [{ file = "alpha-1.0.tar.gz", hash = "sha256:00" }]\n'
)
_PYLOCK: Final = (
    b'lock-version = "1.0"\nrequires-python = ">=3.11"\ncreated-by = "uv"\n[[packages]]\nname = "alpha"\nversion = "1.0"\n'
    b'marker = "sys_platform == \'linux\'"\n[[packages.wheels]]\nurl = "https://h.example/alpha-1.0-py3-none-any.whl"\n'
    b'hashes = { sha256 = "00" }\n'
)
_PIPFILE: Final = (
    b'{"_meta": {"hash": {"sha256": "00"}, "pipfile-spec": 6, "requires": {"python_version": "3.13"}, "sources": []},'
    b' "default": {"alpha": {"hashes": ["sha256:00"], "version": "==1.0", "markers": "python_version >= \'3\'"}}}'
)
_REPORT: Final = (
    b'{"version": "1", "install": [{"metadata": {"name": "alpha", "version": "1.0"}, "requested": true, "download_info":'
    b' {"url": "https://h.example/alpha-1.0-py3-none-any.whl", "archive_info": {"hashes": {"sha256": "00"}}}}]}'
)
_METADATA: Final = (
    b"Metadata-Version: 2.4\nName: alpha\nVersion: 1.0\nLicense-Expression: MIT\nProject-URL: Homepage, https://h.example\n"
    b"Requires-Dist: beta[x]>=1; extra == 'y' and \"z\" in extras\n\nLong\n\x1eWheel-Version: 1.0\nTag: cp313-cp313-manylinux_2_17_x86_64\n"
    b"\x1ealpha/__init__.py,sha256=0,1\nalpha-1.dist-info/RECORD,,\n"
)
_CYCLONEDX: Final = (
    b'{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"type": "library", "bom-ref": "a", "name": "zlib",'
    b' "version": "1", "purl": "pkg:generic/zlib@1", "hashes": [{"alg": "SHA-256", "content": "00"}], "components": []}],'
    b' "dependencies": [{"ref": "a", "dependsOn": ["a"]}]}'
)
_SPDX: Final = (
    b'{"spdxVersion": "SPDX-2.3", "packages": [{"SPDXID": "SPDXRef-a", "name": "zlib", "versionInfo": "1",'
    b' "licenseConcluded": "Zlib", "checksums": [{"algorithm": "SHA256", "checksumValue": "00"}]}], "relationships":'
    b' [{"spdxElementId": "SPDXRef-a", "relationshipType": "CONTAINS", "relatedSpdxElement": "SPDXRef-a"}]}'
)
_IMAGE: Final = (
    b'{"architecture": "amd64", "rootfs": {"diff_ids": ["sha256:0"]}, "config": {"Env": ["A=b"], "Labels": '
    b'{"io.buildpacks.build.metadata": "{\\"buildpacks\\": [{\\"id\\": \\"lamina/python\\"}]}"}}}'
)
_SHOP: Final = read_image(_IMAGE, digest="sha256:0").unwrap()
_BILL: Final = "layers/sbom/launch/lamina_python/sbom.cdx.json"
_RECORD: Final = (
    b'{"lamina": "1", "target": "linux/amd64", "python": {"version": "3.13.1", "request": "", "source": "", "because": [],'
    b' "ignored": [], "sha256": ""}, "package_manager": null, "layers": {"venv": {"action": "create", "because": [], '
    b'"build": true, "launch": true, "cache": false, "metadata": {"version": "1"}}}, "findings": [], "processes": [], '
    b'"processes_because": [], "processes_notes": [], "processes_provisional": true}'
)
_CATALOGUE: Final = (
    b'{"runtimes": [{"version": "3.13.1", "arch": "amd64", "url": "https://h.example/a.tar.gz", "sha256": "'
    + b"0" * 64
    + b'"}]}'
)
_CODE: Final = (
    b"import os\nfrom flask import Flask\napp = Flask(__name__)\n\n@app.get('/')\ndef index():\n    return 'x'\n\n"
    b"if __name__ == '__main__':\n    app.run(host='localhost', port=int(os.environ.get('PORT', 5000)))\n"
)
_PLAN: Final = (
    b'[[entries]]\nname = "cpython"\n[entries.metadata]\nbuild = true\nlaunch = false\nversion = "3.13"\n'
    b'[[entries]]\nname = "pip"\n[entries.metadata]\noffered = true\n'
)
_CERTIFICATE: Final = b"-----BEGIN CERTIFICATE-----\nMAQEAmFi\n-----END CERTIFICATE-----\n"
_BINDINGS: Final[Mapping[BindingType, bytes]] = {
    "ca-certificates": _CERTIFICATE,
    "dependency-mapping": b"https://h.example/python.tar.gz\x1efile:///archives/a",
    "netrc": b'machine h.example login user password "pass \\"word"\n',
    "pip": b"[global]\nindex-url = https://u:p@h.example/simple\n",
    "poetry": b'[http-basic.private]\nusername = "u"\npassword = "p"\n\x1e[repositories.private]\nurl = "https://h.example"\n',
    "pypi": b"https://h.example/simple\x1ehttps://h.example\x1euser\x1epass word",
    "uv": b'[[index]]\nname = "private"\nurl = "https://u:p@h.example/simple"\n',
}

_GOLDEN: Final = (
    b'{"schema": 1, "target": "linux/amd64", "decisions": {"python": {"decided": "3.13", "by": "uv.lock"}}}',
    b'{"schema": 2}',
)


def _page(raw: bytes) -> object:
    image = read_image(raw, digest="sha256:0")
    if isinstance(image, Failure):
        return image
    return document(page(Known(reference="x", image=image.unwrap(), contents=contents(image.unwrap(), {}))))


READERS: Final[Mapping[str, Row]] = {
    "golden plan": Row(read=lambda raw: decode_golden(raw, file="lamina.plan.json"), made_for=_GOLDEN),
    "requirements": Row(read=lambda raw: parse_requirements(raw, file="requirements.txt"), made_for=_REQUIREMENTS),
    "uv.lock": Row(read=_lock(uv.read), made_for=(_UV,)),
    "poetry.lock": Row(read=_lock(poetry.read), made_for=(_POETRY,)),
    "pdm.lock": Row(read=_lock(pdm.read), made_for=(_PDM,)),
    "Pipfile.lock": Row(read=_lock(pipfile.read), made_for=(_PIPFILE,)),
    "pylock.toml": Row(read=_named(pylock.read, "pylock.toml"), made_for=(_PYLOCK,)),
    "wheels of uv.lock": Row(read=_wheels(wheels.uv), made_for=(_UV,)),
    "wheels of poetry.lock": Row(read=_wheels(wheels.poetry), made_for=(_POETRY,)),
    "wheels of pdm.lock": Row(read=_wheels(wheels.pdm), made_for=(_PDM,)),
    "wheels of pylock.toml": Row(read=_wheels(wheels.pylock), made_for=(_PYLOCK,)),
    "pyproject.toml": Row(read=_named(version_files.pyproject, "pyproject.toml"), made_for=(_PYPROJECT,)),
    "build commands": Row(
        read=_lock(lambda document: build_commands({}, document)),
        made_for=(
            b'[tool.lamina]\nbuild = ["pybabel compile", "python -m shop"]\n',
            b"[tool.lamina]\nbuild = 'make'\n",
        ),
    ),
    "buildpack plan": Row(read=read_requirers, made_for=(_PLAN,)),
    "a command's complaints": Row(
        read=lambda raw: why_it_failed(text(raw).splitlines(), returncode=1, signal=None, hidden=("SECRET_KEY",)),
        made_for=(
            b"sh: 1: pybabel: not found\n",
            b"KeyError: 'SECRET_KEY'\nModuleNotFoundError: No module named 'x'\n",
        ),
    ),
    "declared processes": Row(read=_lock(read_startup), made_for=(_PYPROJECT,)),
    ".python-version": Row(
        read=_named(version_files.python_version_file, ".python-version"), made_for=(b"3.13\n# x\n",)
    ),
    "runtime.txt": Row(read=_named(version_files.runtime_file, "runtime.txt"), made_for=(b"python-3.13.1\n",)),
    "setup.cfg": Row(
        read=_named(version_files.setup_cfg, "setup.cfg"), made_for=(b"[options]\npython_requires = >=3.11\n",)
    ),
    ".tool-versions": Row(
        read=_named(version_files.tool_versions, ".tool-versions"), made_for=(b"python 3.13.1 3.12\nnodejs 20\n",)
    ),
    "mise.toml": Row(read=_named(version_files.mise, "mise.toml"), made_for=(b'[tools]\npython = ["3.13", "3.12"]\n',)),
    "Procfile": Row(
        read=from_procfile, made_for=(b"web: gunicorn app:app --bind :$PORT\nworker: celery -A a worker\n",)
    ),
    "entrypoint": Row(read=lambda raw: read_entrypoint(text(raw)), made_for=(b"gunicorn -b :$PORT main:app",)),
    "project.toml": Row(
        read=read_descriptor, made_for=(b'[_]\nschema-version = "0.2"\n[io.buildpacks]\nexclude = ["*.md"]\n',)
    ),
    "code": Row(read=lambda raw: parse_module(raw, path="app.py", name="app"), made_for=(_CODE,)),
    "names in code": Row(read=bound_names, made_for=(_CODE,)),
    "installation report": Row(read=parse_report, made_for=(_REPORT,)),
    "direct_url.json": Row(
        read=parse_direct_url,
        made_for=(b'{"url": "https://u:p@h.example/a.git", "vcs_info": {"vcs": "git", "commit_id": "00"}}',),
    ),
    "dist-info": Row(read=_installed, made_for=(_METADATA,)),
    "headers": Row(read=_requirement, made_for=(_METADATA, b"beta[x]>=1; extra == 'y'")),
    "brought SBOMs": Row(read=lambda raw: read_brought({"a.json": raw}), made_for=(_CYCLONEDX, _SPDX)),
    "linked libraries": Row(read=_linked, made_for=(b'[["openssl", "3.0.15"], ["zlib", "1.3"]]\n3.13.1\n',)),
    "state of an environment": Row(read=decode_state, made_for=(b'{"schema": 5, "resolved": {"distributions": []}}',)),
    "metadata of a layer": Row(
        read=lambda raw: [decode_metadata(raw, name) for name in ("python", "venv", "pip-cache", "uv")],
        made_for=(b'[metadata]\nschema = 1\narch = "amd64"\nversion = "3.13.1"\narchive_sha256 = "00"\n',),
    ),
    "record of static files": Row(read=decode_record, made_for=(b'{"by": {}, "seen": []}',)),
    "trace": Row(
        read=decode_trace, made_for=(b'{"started": "", "connected": "", "native": "", "reads": [], "writes": []}',)
    ),
    "catalogue": Row(read=lambda raw: decode_catalogue(raw, origin="x"), made_for=(_CATALOGUE,)),
    "ends of life": Row(read=lambda raw: decode_end_of_life(raw, origin="x"), made_for=(b'{"3.13": "2029-10-31"}',)),
    "mirror": Row(read=lambda raw: parse_mirror(text(raw), origin="x"), made_for=(b"https://h.example/pbs",)),
    "carried runtime": Row(
        read=lambda raw: decode_tree(raw, origin="x"), made_for=(b'{"files": [["a", "b", true, "00"]], "links": []}',)
    ),
    "index of images": Row(
        read=read_index,
        made_for=(
            b'{"manifests": [{"digest": "sha256:0", "size": 1, "platform": {"os": "linux", "architecture": "amd64"}}]}',
        ),
    ),
    "archive of an engine": Row(
        read=lambda raw: read_saved(raw, name="v1", reference="x"),
        made_for=(b'[{"Config": "a.json", "RepoTags": ["shop:v1"], "Layers": ["b.tar"]}]',),
    ),
    "configuration of an image": Row(read=lambda raw: read_image(raw, digest="sha256:0"), made_for=(_IMAGE,)),
    "plan to compare": Row(read=lambda raw: side_of_plan(raw, name="plan:x"), made_for=(_RECORD,)),
    "contents of an image": Row(read=lambda raw: contents(_SHOP, {_BILL: raw}), made_for=(_CYCLONEDX,)),
    "page of an image": Row(read=_page, made_for=(_IMAGE,)),
    "times of a build": Row(
        read=lambda raw: (decode_timeline(raw, {}), parts_told(text(raw))),
        made_for=(
            b'{"image": "0", "phases": [{"phase": "build", "seconds": 1, "parts": [{"name": "pip", "seconds": 1}]}]}',
            b"Time: pip 1.5 s, trying imports 1 min 02 s",
        ),
    ),
    "what an image's application asks for": Row(
        read=lambda raw: [
            demands(_SHOP, {f"workspace/{name}": raw}) for name in ("requirements.txt", "pyproject.toml")
        ],
        made_for=(b'[project]\ndependencies = ["flask>=3"]\n', b"flask>=3 --hash=sha256:00\n"),
    ),
    "credentials of an engine": Row(
        read=lambda raw: stored(raw, "h.example", "a/b"),
        made_for=(b'{"auths": {"h.example/a": {"auth": "dTpw"}}, "credHelpers": {"x": "y"}, "credsStore": "z"}',),
    ),
    "answer of a credential helper": Row(
        read=lambda raw: helper_answered(text(raw)), made_for=(b'{"Username": "u", "Secret": "p"}',)
    ),
    "reference to an image": Row(read=_referred, made_for=(b"h.example:5000/a/b:v1@sha256:00", b"docker:a", b"./a:b")),
    "netrc": Row(read=lambda raw: list(netrc(raw)), made_for=(_BINDINGS["netrc"],)),
    "secrets": Row(read=_redacted, made_for=(b"hunter2\nfetched https://u:hunter2@h.example/?token=hunter2\n",)),
    "complaints": Row(
        read=_complaint,
        made_for=(b"ERROR: No matching distribution found for a==1\nerror: command 'gcc' failed: No such file\n",),
    ),
    "bindings over a project": Row(read=lambda raw: play(Random(raw)), made_for=(b"0", b"1")),
    **{f"binding of type {kind}": Row(read=_bound(kind), made_for=(raw,)) for kind, raw in _BINDINGS.items()},
}
