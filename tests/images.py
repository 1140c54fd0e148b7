"""Images for tests: made of tars in memory, written as layouts, as archives, or served as a registry does."""

import gzip
import hashlib
import io
import json
import os
import ssl
import tarfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from pure.build.decisions import (
    LABEL,
    DecidedCommands,
    DecidedLayer,
    DecidedManager,
    DecidedProcess,
    DecidedPython,
    DecidedStatic,
    DecidedVariable,
    Decisions,
)
from pure.build.decisions import encode_decisions as encode
from pure.sbom.bill import Bill, Component, Licence

from pure.sbom import cyclonedx
from tests.file_server import Exchange, serving

MACHINE = os.uname().machine.replace("x86_64", "amd64").replace("aarch64", "arm64")
KIND = "application/vnd.oci.image"
MANIFEST, INDEX, CONFIG = f"{KIND}.manifest.v1+json", f"{KIND}.index.v1+json", f"{KIND}.config.v1+json"
SITE = "/layers/lamina_python/venv/lib/python3.13/site-packages"


def digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def tar(files: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return stream.getvalue()


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """An image: the tars of its layers, lowest first, and its labels."""

    layers: tuple[bytes, ...]
    labels: Mapping[str, str] = {}
    settings: Mapping[str, Any] | None = {}
    """What else its configuration says; ``None``, if it has none at all."""
    os: str = "linux"
    arch: str = MACHINE
    compress: Callable[[bytes], bytes] = lambda data: gzip.compress(data, mtime=0)

    @property
    def config(self) -> bytes:
        settings = None
        if self.settings is not None:
            settings = {"Labels": dict(self.labels), "Env": ["PATH=/bin"], **self.settings}
        document = {
            "os": self.os,
            "architecture": self.arch,
            "config": settings,
            "rootfs": {"type": "layers", "diff_ids": [digest(each) for each in self.layers]},
        }
        return json.dumps(document).encode()

    def blobs(self) -> tuple[dict[str, bytes], dict[str, Any]]:
        """All blobs by their digests, and what an index says of the manifest."""
        found: dict[str, bytes] = {}

        def blob(data: bytes, media_type: str) -> dict[str, Any]:
            found[digest(data)] = data
            return {"mediaType": media_type, "digest": digest(data), "size": len(data)}

        manifest = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": blob(self.config, CONFIG),
            "layers": [blob(self.compress(each), f"{KIND}.layer.v1.tar+gzip") for each in self.layers],
        }
        entry = blob(json.dumps(manifest).encode(), MANIFEST)
        return found, entry | {"platform": {"os": "linux", "architecture": self.arch}}


def layout_files(*images: Made, names: Sequence[str] = ()) -> dict[str, bytes]:
    files, entries = {"oci-layout": b'{"imageLayoutVersion": "1.0.0"}'}, []
    for number, image in enumerate(images):
        blobs, entry = image.blobs()
        files |= {f"blobs/{name.replace(':', '/')}": data for name, data in blobs.items()}
        annotations = {"org.opencontainers.image.ref.name": names[number]} if names else {}
        entries.append(entry | {"annotations": annotations})
    index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": entries}
    return files | {"index.json": json.dumps(index).encode()}


def write_layout(folder: Path, *images: Made, names: Sequence[str] = ()) -> Path:
    for name, data in layout_files(*images, names=names).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def saved_files(image: Made, name: str = "shop:latest") -> dict[str, bytes]:
    """The members of an archive as ``docker save`` writes it."""
    layers = {f"{digest(each).partition(':')[2]}.tar": each for each in image.layers}
    config = f"{digest(image.config).partition(':')[2]}.json"
    order = [f"{digest(each).partition(':')[2]}.tar" for each in image.layers]
    manifest = [{"Config": config, "RepoTags": [name], "Layers": order}]
    return {**layers, config: image.config, "manifest.json": json.dumps(manifest).encode()}


def saved_layout_files(*images: Made, name: str = "shop:latest", index: bytes | None = None) -> dict[str, bytes]:
    """The members of an archive as ``docker save`` writes it from version 25 on: a layout, and the older index, too.

    Layers are as the engine has them: compressed in containerd's store, plain otherwise. ``index`` is one more document
    that index.json leads to, as that of an image for several platforms, of which the engine has these.
    """
    files, saved = layout_files(*images, names=["latest"] * len(images)), []
    for image in images:
        blobs, entry = image.blobs()
        manifest = json.loads(blobs[entry["digest"]])
        config, *layers = (
            f"blobs/{each['digest'].replace(':', '/')}" for each in (manifest["config"], *manifest["layers"])
        )
        saved.append({"Config": config, "RepoTags": [name], "Layers": layers})
    if index is not None:
        files[f"blobs/{digest(index).replace(':', '/')}"] = index
        entry = {"mediaType": INDEX, "digest": digest(index), "size": len(index)}
        files["index.json"] = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry]}).encode()
    return files | {"manifest.json": json.dumps(saved).encode()}


class Registry(msgspec.Struct, frozen=True, kw_only=True):
    """A registry on this machine: ``host`` is how references name it."""

    host: str
    asked: list[str]


@contextmanager
def registry(
    *images: Made,
    tag: str = "v1",
    answer: Callable[[Exchange], bool] = lambda _: False,
    tls: ssl.SSLContext | None = None,
) -> Iterator[Registry]:
    """Serve images as the repository ``team/shop`` with one tag; ``answer`` may answer in its place."""
    blobs: dict[str, bytes] = {}
    entries = []
    for image in images:
        more, entry = image.blobs()
        blobs |= more
        entries.append(entry)
    index = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": entries}).encode()
    manifests = {each["digest"]: blobs[each["digest"]] for each in entries} | {digest(index): index}
    manifests[tag] = index if len(entries) > 1 else manifests[entries[0]["digest"]]
    asked: list[str] = []

    def respond(exchange: Exchange) -> None:
        asked.append(exchange.path)
        if answer(exchange):
            return
        where, _, name = exchange.path.removeprefix("/v2/team/shop/").partition("/")
        found = {"manifests": manifests, "blobs": blobs}.get(where, {}).get(name)
        if found is None:
            exchange.answer(404, b"{}")
        else:
            kind = INDEX if found is index else MANIFEST if where == "manifests" else "application/octet-stream"
            exchange.answer(200, found, Content_Type=kind)

    with serving(respond, tls=tls) as server:
        yield Registry(host=f"127.0.0.1:{server.port}", asked=asked)


def distribution(name: str, version: str, *, nbytes: int, needs: Sequence[str] = ()) -> dict[str, bytes]:
    """The metadata of an installed distribution, as a layer has them."""
    folder = f"{SITE}/{name.replace('-', '_')}-{version}.dist-info"
    lines = [
        "Metadata-Version: 2.4",
        f"Name: {name}",
        f"Version: {version}",
        *(f"Requires-Dist: {each}" for each in needs),
    ]
    own = f"{folder.rpartition('/')[2]}/RECORD"
    return {
        f"{folder}/METADATA": "\n".join(lines).encode() + b"\n\nA page.\n",
        f"{folder}/RECORD": f"{name}/__init__.py,sha256=abc,{nbytes}\n{own},,\n".encode(),
    }


def _component(name: str, version: str) -> Component:
    return Component(
        key=f"pypi:{name}",
        name=name,
        version=version,
        purl=f"pkg:pypi/{name}@{version}",
        licence=Licence(expression="BSD-3-Clause"),
    )


SHOP_BILL = Bill(
    name="launch",
    about=Component(key="application", kind="application", name="shop"),
    components=(
        Component(
            key="runtime:cpython",
            kind="platform",
            name="cpython",
            version="3.13.1",
            parts=(Component(key="runtime:cpython/openssl", name="openssl", version="3.0.15"),),
        ),
        _component("flask", "3.1.2"),
        _component("markupsafe", "3.0.3"),
        _component("numpy", "2.3.1"),
        _component("werkzeug", "3.1.3"),
    ),
    needs=(
        ("application", ("pypi:flask", "pypi:numpy")),
        ("pypi:flask", ("pypi:markupsafe", "pypi:werkzeug")),
        ("pypi:werkzeug", ("pypi:markupsafe",)),
    ),
)

SHOP_DECISIONS = Decisions(
    target=f"linux/{MACHINE}",
    python=DecidedPython(
        version="3.13.1", request="3.13", source=".python-version, line 1", because=("the newest 3.13 there is",)
    ),
    manager=DecidedManager(
        name="pip",
        source="requirements.txt",
        because=("requirements.txt is in the root",),
        groups=("docs",),
        groups_by="$BP_PYTHON_GROUPS",
    ),
    commands=DecidedCommands(
        lines=("make css", "make js"),
        source="pyproject.toml, [tool.lamina] build",
        because="pyproject.toml, [tool.lamina] build says so",
    ),
    static=DecidedStatic(collected=True, source="manage.py", because="the project has manage.py", folder="static"),
    labels={"org.opencontainers.image.title": "BP_OCI_TITLE"},
    processes=(
        DecidedProcess(
            type="web",
            command=("gunicorn", "shop:app"),
            source="shop.py, line 3",
            because=("shop.py makes a Flask application, and gunicorn is installed",),
            default=True,
            args=("--access-logfile", "-"),
            sets=(DecidedVariable(name="WEB_CONCURRENCY", because="by the container's memory and processors"),),
        ),
    ),
    layers=(
        DecidedLayer(name="python", because="Python by itself"),
        DecidedLayer(name="venv", because="the dependencies"),
        DecidedLayer(
            name="dist-numpy",
            because="71.2 MB of one distribution",
            distribution="numpy",
            version="2.3.1",
            nbytes=71_200_000,
        ),
    ),
    divided="numpy is heavy",
)


def shop_files() -> dict[str, bytes]:
    """What is to be seen of the shop's contents, by its paths in the image."""
    found = {
        **distribution(
            "flask", "3.1.2", nbytes=400_000, needs=("Werkzeug>=3.1", "markupsafe>=2.1.1", "absent>1", "((")
        ),
        **distribution("markupsafe", "3.0.3", nbytes=90_000),
        **distribution("numpy", "2.3.1", nbytes=71_200_000),
        **distribution("werkzeug", "3.1.3", nbytes=1_000_000, needs=("MarkupSafe>=2.1.1",)),
        "/layers/sbom/launch/lamina_python/sbom.cdx.json": cyclonedx.encode(SHOP_BILL),
    }
    return {name.lstrip("/"): data for name, data in found.items()}


SHOP_SETTINGS: Mapping[str, Any] = {
    "Entrypoint": ["/cnb/process/web"],
    "Cmd": None,
    "User": "1000:1000",
    "WorkingDir": "/workspace",
}


def shop(*, layers_on_top: Sequence[bytes] = (), **more: Any) -> Made:
    """An image as Lamina makes it of a small shop, and what somebody has put on top of it."""
    files = {f"/{name}": data for name, data in shop_files().items()}
    venv = {name: data for name, data in files.items() if name.startswith(SITE)} | {
        f"{SITE}/flask/app.py": b"x" * 400_000
    }
    bills = {name: data for name, data in files.items() if name not in venv}
    layers = {
        "base": tar({"etc/os-release": b"ID=debian\n"}),
        "python": tar({"/layers/lamina_python/python/bin/python3": b"p" * 100_000}),
        "venv": tar(venv),
        "dist-numpy": tar({"/layers/lamina_python/dist-numpy/root/lib/numpy.so": b"n" * 700_000}),
        "app": tar(
            {"/workspace/shop.py": b"app = Flask()\n", "/workspace/requirements.txt": b"flask>=3\nnumpy==2.3.1\n"}
        ),
        "sbom": tar(bills),
        "config": tar({"/layers/config/metadata.toml": b""}),
    }
    ids = {name: {"sha": digest(data), "launch": True} for name, data in layers.items()}
    own = {name: ids[name] for name in ("python", "venv", "dist-numpy")}
    lifecycle = {
        "app": [ids["app"]],
        "buildpacks": [{"key": "lamina/python", "version": "1.0.0", "layers": own}],
        "sbom": ids["sbom"],
        "config": ids["config"],
        "runImage": {"topLayer": ids["base"]["sha"], "reference": "run"},
    }
    build = {
        "buildpacks": [{"id": "lamina/python", "version": "1.0.0"}],
        "processes": [
            {"type": "web", "command": ["gunicorn", "shop:app"], "direct": True, "buildpackID": "lamina/python"}
        ],
        "buildpack-default-process-type": "web",
    }
    labels = {
        "io.buildpacks.lifecycle.metadata": json.dumps(lifecycle),
        "io.buildpacks.build.metadata": json.dumps(build),
        LABEL: encode(SHOP_DECISIONS),
        "org.opencontainers.image.title": "Shop",
    }
    more = {"settings": SHOP_SETTINGS, **more}
    return Made(layers=(*layers.values(), *layers_on_top), labels=labels, **more)
