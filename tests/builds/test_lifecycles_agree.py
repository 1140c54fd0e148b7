"""The same builds of Lamina by the local lifecycle and the reference one: the same layers, labels and environment."""

import io
import json
import re
import tarfile
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from shell.lifecycle.disk import remove
from shell.world import read_target

from tests.builds.lamina import Lamina, write_application
from tests.builds.workshop import MINOR, Workshop, hashed, normalised
from tests.places import ROOT
from tests.real_lifecycle import RealLifecycle, RealResult, lifecycle_folder
from tests.shell.lifecycle.toys import LocalResult, local_build


class Both:
    """The two lifecycles with the same history of builds."""

    def __init__(
        self,
        root: Path,
        scratch: Path,
        workshop: Workshop,
        *,
        app: Path | None = None,
        env: Mapping[str, str] | None = None,
        said: Callable[[str], str] = normalised,
    ) -> None:
        """Build ``app`` with ``env``, or else a small application off the network; ``said`` is what logs come to."""
        self.app = app or write_application(root / "app")
        self.said = said
        self.lamina = Lamina(root / "local", workshop)
        target = read_target({})
        distro = (target.distro.name, target.distro.version) if target.distro else ("debian", "12")
        self.target = target
        self.real = RealLifecycle(lifecycle_folder(), scratch, distro=distro)
        self.env = {
            **(self.lamina.offline if env is None else env),
            "BP_PYTHON_CATALOGUE": str(workshop.catalogue),
            "BP_PYTHON_DEFAULT_VERSION": MINOR,
        }

    def agree(self, env: Mapping[str, str] | None = None) -> tuple[LocalResult, RealResult]:
        """Build with both and compare what they made."""
        given = {**self.env, **(env or {})}
        real = self.real.build(self.app, [ROOT], given)
        local = local_build(self.app, [ROOT], self.lamina.cache, env=given, target=self.target)
        assert real.status == 0, real.whole_log
        local.built()
        assert self.said(own_lines(local.lines)) == self.said(own_lines(real.log.splitlines()))
        ours, theirs = local.metadata, real.metadata
        assert layers(ours["buildpacks"]) == layers(theirs["buildpacks"])
        assert ours["app"] == theirs["app"], self._different_files()
        cache = json.loads((self.lamina.cache / "cache" / "metadata.json").read_bytes())
        assert layers(cache["buildpacks"]) == layers(real.cache["buildpacks"])
        assert build_label(local.image.labels) == build_label(real.labels)
        base = {name for name in real.labels if name.startswith("io.buildpacks.base.")}
        assert local.image.labels.keys() == real.labels.keys() - base
        return local, real

    def _different_files(self) -> dict[str, tuple[object, object]]:
        image = self.lamina.image()["layers"]
        ours = app_files((self.lamina.cache / "image" / f"{layer['diff_id']}.tar").read_bytes() for layer in image)
        theirs = app_files(self.real.layers())
        return {name: (ours.get(name), theirs.get(name)) for name in dict(ours.items() ^ theirs.items())}

    def launched(self, *command: str) -> tuple[str, str]:
        """What the command writes in either image."""
        ours = self.lamina.run("run", self.app, "--cache", self.lamina.cache, "--", *command)
        return ours.out, "".join(f"{line}\n" for line in self.real.launch(command).lines)


def app_files(tars: Iterable[bytes]) -> dict[str, tuple[str, bytes, bytes]]:
    """Mode, type and contents of the application's files in an image's layers."""
    found: dict[str, tuple[str, bytes, bytes]] = {}
    for tar in tars:
        with tarfile.open(fileobj=io.BytesIO(tar)) as archive:
            for member in archive:
                file = archive.extractfile(member) if member.isreg() else None
                if member.name.lstrip("/").startswith("workspace"):
                    found[member.name.strip("/")] = (oct(member.mode), member.type, file.read() if file else b"")
    return found


def own_lines(log: Iterable[str]) -> str:
    """Lamina's own part of a log."""
    text = "\n".join(log)
    done = re.findall(r"Done in .*", text)
    return f"{text[text.index('Lamina 0') : text.rindex('Done in')]}{done[-1]}"


def layers(buildpacks: Any) -> Any:
    """The layers with their digests, without that of pip's cache: it holds times."""
    found = {each["key"]: {name: dict(layer) for name, layer in each["layers"].items()} for each in buildpacks}
    found["lamina/python"].get("pip-cache", {}).pop("sha", None)
    return found


def build_label(labels: Mapping[str, str]) -> Any:
    label = json.loads(labels["io.buildpacks.build.metadata"])
    del label["launcher"]
    return label


@pytest.fixture
def both(tmp_path: Path, workshop: Workshop) -> Iterator[Both]:
    # The reference lifecycle takes the layout's path for an image name: lower case only.
    scratch = Path(tempfile.mkdtemp(prefix="real-"))
    yield Both(tmp_path, scratch, workshop)
    remove(scratch)


def environment(text: str) -> dict[str, str]:
    pairs = dict(line.partition("=")[::2] for line in text.splitlines())
    own = ("HOME", "TMPDIR", "CNB_APP_DIR", "CNB_LAYERS_DIR")
    return {name: value for name, value in pairs.items() if name not in own}


def test_a_history_of_builds(both: Both, workshop: Workshop) -> None:
    local, _ = both.agree()
    assert "created python, pip, pip-cache, venv" in local.lines[-1]
    local, _ = both.agree()
    assert "kept python, pip, pip-cache; reconciled venv" in local.lines[-1]
    assert environment(both.launched("env")[0]) == environment(both.launched("env")[1])
    python = ("python", "-c", "import beta, sys; print(sys.path, sys.prefix, sys.version)")
    ours, theirs = both.launched(*python)
    assert ours == theirs != ""

    (both.app / "requirements.txt").write_text(hashed(workshop.wheels, "alpha==2.0", "gamma==1.0"))
    both.agree()
    local, _ = both.agree()
    assert "kept python, pip, pip-cache, venv" in local.lines[-1]

    remove(both.lamina.cache / "cache")
    both.real.forget_cache()
    local, _ = both.agree()
    # Python is in the image.
    assert "kept python; created pip, pip-cache, venv-cache; recreated venv" in local.lines[-1]
