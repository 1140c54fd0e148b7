"""Runs bin/detect and bin/build in containers as a lifecycle does, and makes an image of what they leave."""

import json
import os
import shutil
import stat
import tomllib
from collections.abc import Mapping
from pathlib import Path

import tomli_w
from pure.lifecycle.environment import EnvDir, LayerEnv, after_launch_layers

from tests.containers.engine import Engine, mounts
from tests.containers.machine import named_files, pip_variables, proxies
from tests.places import ROOT

USER = 1000
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
FOLDER = "lamina_python"
VERSION = tomllib.loads((ROOT / "buildpack.toml").read_text())["buildpack"]["version"]
STORE = f"/cnb/buildpacks/{FOLDER}/{VERSION}"
LAYERS = f"/layers/{FOLDER}"


def opened(folder: Path) -> Path:
    """A folder of pytest's, which are closed to other users; builds run as one."""
    for place in (folder, *folder.parents[:2]):
        place.chmod(stat.S_IMODE(place.stat().st_mode) | 0o055)
    return folder


class Site:
    """The folders of one application's builds on this machine, mounted where a platform has them."""

    def __init__(
        self,
        engine: Engine,
        base: str,
        buildpack: Path,
        app: Path,
        folder: Path,
        *,
        settings: Mapping[str, str] | None = None,
        network: str = "host",
    ) -> None:
        """``settings`` say how pip reaches an index, if not as on this machine; ``network`` is podman's word."""
        self.engine, self.base, self.buildpack, self.network = engine, base, buildpack, network
        self.workspace, self.layers, self.platform, self.plan = (
            folder / name for name in ("workspace", "layers", "platform", "plan")
        )
        shutil.copytree(app, self.workspace)
        (self.layers / FOLDER).mkdir(parents=True)
        (self.platform / "env").mkdir(parents=True)
        self.plan.mkdir()
        self.settings = pip_variables() if settings is None else dict(settings)
        self.give_to_builder()

    def give_to_builder(self) -> None:
        """Make the builds' user the owner of what it may write, as the platform does."""
        for top in (self.workspace, self.layers, self.plan):
            for folder, _, files in os.walk(top):
                for path in (Path(folder), *(Path(folder, name) for name in files)):
                    os.chown(path, USER, USER, follow_symlinks=False)

    def run(
        self, phase: str, arguments: list[str], env: Mapping[str, str], user_env: Mapping[str, str], *, status: int = 0
    ) -> str:
        """Run bin/detect or bin/build with the contract's environment and nothing else; its whole output.

        ``status`` is how it has to end.
        """
        variables = {**self.settings, **user_env}
        for name, value in variables.items():
            (self.platform / "env" / name).write_text(value)
        contract = {
            "PATH": PATH,
            "HOME": "/home/cnb",
            "CNB_BUILDPACK_DIR": STORE,
            "CNB_PLATFORM_DIR": "/platform",
            "CNB_TARGET_OS": "linux",
            "CNB_TARGET_ARCH": "arm64" if os.uname().machine == "aarch64" else "amd64",
            "CNB_TARGET_DISTRO_NAME": "debian",
            "CNB_TARGET_DISTRO_VERSION": "12",
        }
        full = {**(proxies() if self.network == "host" else {}), **contract, **variables, **env}
        places = {
            STORE: self.buildpack,
            "/workspace": self.workspace,
            "/layers": self.layers,
            "/platform": self.platform,
            "/plan": self.plan,
            **named_files(self.settings),
        }
        closed = [STORE, "/platform", *named_files(self.settings)]
        completed = self.engine.podman(
            *("run", "--rm", "--network", self.network, "--user", f"{USER}:{USER}", "--workdir", "/workspace"),
            *mounts(places, read_only=closed),
            *("--entrypoint", "/usr/bin/env", self.base, "-i", *(f"{name}={value}" for name, value in full.items())),
            *(f"{STORE}/bin/{phase}", *arguments),
            check=False,
            merged=True,
        )
        assert completed.returncode == status, f"bin/{phase} ended with {completed.returncode}:\n{completed.stdout}"
        return completed.stdout

    def detect(self, user_env: Mapping[str, str]) -> str:
        """Run bin/detect and turn its build plan into the plan that bin/build gets."""
        place = self.plan / "build-plan.toml"
        place.touch()
        self.give_to_builder()
        output = self.run(
            "detect", ["/platform", "/plan/build-plan.toml"], {"CNB_BUILD_PLAN_PATH": "/plan/build-plan.toml"}, user_env
        )
        entries = tomllib.loads(place.read_text()).get("requires", [])
        (self.plan / "plan.toml").write_text(tomli_w.dumps({"entries": entries}))
        return output

    def build(self, user_env: Mapping[str, str], *, status: int = 0) -> str:
        """Run bin/build on the layers as they are; its log."""
        env = {"CNB_LAYERS_DIR": LAYERS, "CNB_BP_PLAN_PATH": "/plan/plan.toml"}
        return self.run("build", [LAYERS, "/platform", "/plan/plan.toml"], env, user_env, status=status)

    @property
    def own(self) -> Path:
        """The buildpack's own layers."""
        return self.layers / FOLDER

    def types(self) -> dict[str, dict[str, bool]]:
        """The flags of each layer that the last build declared."""
        return {path.stem: tomllib.loads(path.read_text()).get("types", {}) for path in self._layer_files()}

    def metadata(self) -> dict[str, object]:
        """The metadata of each layer."""
        return {path.stem: tomllib.loads(path.read_text()).get("metadata") for path in self._layer_files()}

    def _layer_files(self) -> list[Path]:
        special = {"launch.toml", "build.toml", "store.toml"}
        return sorted(path for path in self.own.glob("*.toml") if path.name not in special)

    def restore(self) -> None:
        """Leave of the layers what a lifecycle restores: cached contents, metadata that went through JSON, no flags."""
        for path in self._layer_files():
            content = tomllib.loads(path.read_text())
            types = content.get("types", {})
            if not types.get("cache"):
                shutil.rmtree(self.own / path.stem, ignore_errors=True)
            if types.get("cache") or (types.get("launch") and not types.get("build")):
                metadata = json.loads(json.dumps(content.get("metadata", {})))
                path.write_text(tomli_w.dumps({"metadata": metadata}))
            else:
                path.unlink()
        for name in ("launch.toml", "build.toml"):
            (self.own / name).unlink(missing_ok=True)
        shutil.rmtree(self.workspace / "__pycache__", ignore_errors=True)
        self.give_to_builder()

    def image(self, name: str) -> str:
        """An image of the base, the launch layers and the application, started as its default process."""
        launch = tomllib.loads((self.own / "launch.toml").read_text())
        process = next(each for each in launch["processes"] if each.get("default") or each["type"] == "web")
        kept = sorted(layer for layer, types in self.types().items() if types.get("launch"))
        env = after_launch_layers({"PATH": PATH}, [[self._layer_env(layer) for layer in kept]], process=process["type"])
        owned = f"COPY --chown={USER}:{USER}"
        lines = [
            f"FROM {self.base}",
            # Python first: where it is the same as in an earlier image, that image's layer is taken.
            *(f"{owned} layers/{FOLDER}/{layer} {LAYERS}/{layer}" for layer in kept),
            f"{owned} workspace /workspace",
            *(f"ENV {variable}={json.dumps(value)}" for variable, value in sorted(env.items())),
            "WORKDIR /workspace",
            f"USER {USER}:{USER}",
            f"ENTRYPOINT {json.dumps([*process['command'], *process.get('args', [])])}",
        ]
        context = self.layers.parent
        (context / "Containerfile").write_text("\n".join(lines) + "\n")
        self.engine.podman("build", "--quiet", "--network", "host", "--tag", name, str(context))
        return name

    def _layer_env(self, layer: str) -> LayerEnv:
        folder = self.own / layer

        def files(place: Path) -> EnvDir:
            found = sorted(path for path in place.glob("*") if path.is_file())
            return EnvDir(files=tuple((path.name, path.read_text()) for path in found))

        types = [path for path in sorted((folder / "env.launch").glob("*")) if path.is_dir()]
        return LayerEnv(
            path=f"{LAYERS}/{layer}",
            roots=frozenset(root for root in ("bin", "lib") if (folder / root).is_dir()),
            env=files(folder / "env"),
            launch=files(folder / "env.launch"),
            process=tuple((path.name, files(path)) for path in types),
        )
