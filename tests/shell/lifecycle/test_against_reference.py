"""The same toy buildpacks through the local lifecycle and the reference lifecycle: the same must come out."""

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from shell.lifecycle import run
from shell.lifecycle.disk import remove

from tests.real_lifecycle import RealLifecycle, RealResult, lifecycle_folder
from tests.shell.lifecycle.toys import Found, LocalResult, buildpack, found, local_build

# Every combination of flags, once with contents; whether to go on without them is the second build's affair.
TABLE = r"""
report
layer() { # name build cache launch content
  mkdir -p "$CNB_LAYERS_DIR/$1/bin"
  printf '%s' "$5" > "$CNB_LAYERS_DIR/$1/bin/file"
  chmod 0750 "$CNB_LAYERS_DIR/$1/bin"
  ln -sfn bin/file "$CNB_LAYERS_DIR/$1/link"
  {
    printf '[types]\nbuild = %s\ncache = %s\nlaunch = %s\n[metadata]\nv = "%s"\n' "$2" "$3" "$4" "$5"
    printf 'n = 1\nd = 1979-05-27\nf = 1.5\nt = true\nl = [1, 2]\n'
  } > "$CNB_LAYERS_DIR/$1.toml"
}
content=$(cat content)
layer r000 false false false "$content"
layer r001 false false true "$content"
layer r010 false true false "$content"
layer r011 false true true "$content"
layer r100 true false false "$content"
layer r101 true false true "$content"
layer r110 true true false "$content"
layer r111 true true true "$content"
for name in r001 r010 r101 r111; do echo "{}" > "$CNB_LAYERS_DIR/$name.sbom.cdx.json"; done
printf '[metadata]\ncount = 3\n' > "$CNB_LAYERS_DIR/store.toml"
"""
METADATA = "io.buildpacks.lifecycle.cache.metadata"
SBOMS = 'sbom-formats = ["application/vnd.cyclonedx+json"]'


class Both:
    """The two lifecycles with the same history of builds."""

    def __init__(self, tmp_path: Path, scratch: Path) -> None:
        self.folder = tmp_path
        self.app = tmp_path / "app"
        self.app.mkdir()
        self.cache = tmp_path / "local"
        self.real = RealLifecycle(lifecycle_folder(), scratch)

    def build(
        self, buildpacks: Sequence[Path], env: Mapping[str, str] | None = None, **more: Any
    ) -> tuple[LocalResult, RealResult]:
        local = local_build(self.app, buildpacks, self.cache, env=env or {}, **more)
        return local, self.real.build(self.app, buildpacks, env, **more)

    def agree(self, buildpacks: Sequence[Path], env: Mapping[str, str] | None = None, **more: Any) -> LocalResult:
        """Build with both and compare all that a buildpack or a platform can see."""
        local, real = self.build(buildpacks, env, **more)
        assert real.status == 0, real.whole_log
        reports = found(real.log.splitlines())
        assert len(local.found) == len(reports)
        for ours_, theirs_ in zip(local.found, reports, strict=True):
            for field in Found.__struct_fields__:
                assert getattr(ours_, field) == getattr(theirs_, field), field
        ours, theirs = local.metadata, dict(real.metadata)
        assert ours["buildpacks"] == theirs["buildpacks"]
        assert ours["app"] == theirs["app"]
        assert set(theirs) - set(ours) <= {"sbom"}
        assert local_cache(self.cache) == real.cache["buildpacks"]
        for label in ("io.buildpacks.exec-env", "io.buildpacks.project.metadata"):
            assert local.image.labels[label] == real.labels[label]
        assert build_label(local.image.labels) == build_label(real.labels)
        return local


def local_cache(cache: Path) -> Any:
    return json.loads((cache / "cache" / "metadata.json").read_bytes())["buildpacks"]


def build_label(labels: Mapping[str, str]) -> Any:
    label = json.loads(labels["io.buildpacks.build.metadata"])
    del label["launcher"]
    return label


@pytest.fixture
def scratch() -> Iterator[Path]:
    # The reference lifecycle takes the layout's path for an image name: lower case only.
    folder = Path(tempfile.mkdtemp(prefix="real-"))
    yield folder
    remove(folder)


@pytest.fixture
def both(tmp_path: Path, scratch: Path) -> Both:
    both = Both(tmp_path, scratch)
    (both.app / "content").write_text("one")
    return both


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return buildpack(tmp_path / "table", "toy/table", TABLE, more=SBOMS)


@pytest.fixture
def untouched(tmp_path: Path) -> Path:
    """A later version of the same buildpack that only looks."""
    return buildpack(tmp_path / "untouched", "toy/table", "report", more=SBOMS, version="1.0.1")


def lose_cache(both: Both) -> None:
    remove(both.cache / "cache")
    both.real.forget_cache()


def lose_image(both: Both) -> None:
    remove(both.cache / "image")
    both.real.forget_image()


def lose_nothing(both: Both) -> None:
    del both


def damage_cache(both: Both) -> None:
    # Not the SBOMs: on damaged ones the reference lifecycle gives up (42), ours warns and goes on.
    both_caches = {"metadata.json": both.cache / "cache", METADATA: both.real.root / "cache" / "committed"}
    for name, folder in both_caches.items():
        sboms = json.loads((folder / name).read_bytes())["sbom"]["sha"]
        for file in set(folder.glob("sha256*.tar")) - {folder / f"{sboms}.tar"}:
            data = file.read_bytes()
            file.unlink()
            file.write_bytes(data[:-1] + b"x")


def old_cache(both: Both) -> None:
    """A cache of other contents than the image's."""
    for number, folder in enumerate((both.cache / "cache", both.real.root / "cache")):
        shutil.copytree(folder, both.folder / f"older-{number}")


@pytest.mark.parametrize("content", ["one", "two"])
@pytest.mark.parametrize("loss", [lose_nothing, lose_cache, lose_image, damage_cache])
def test_what_comes_back(both: Both, table: Path, untouched: Path, loss: Callable[[Both], None], content: str) -> None:
    both.agree([table])
    loss(both)
    (both.app / "content").write_text(content)
    both.agree([table])
    both.agree([untouched])
    both.agree([table])


def test_a_cache_that_is_older_than_the_image(both: Both, table: Path) -> None:
    both.agree([table])
    old_cache(both)
    (both.app / "content").write_text("two")
    both.agree([table])
    for number, folder in enumerate((both.cache / "cache", both.real.root / "cache")):
        remove(folder)
        shutil.copytree(both.folder / f"older-{number}", folder)
    both.agree([table])


def test_the_group_changes(both: Both, table: Path, tmp_path: Path) -> None:
    other = buildpack(tmp_path / "other", "toy/other", "report")
    both.agree([table, other])
    both.agree([other])
    both.agree([other, table])


def test_clear_cache(both: Both, table: Path) -> None:
    both.agree([table])
    both.agree([table], clear_cache=True)


REUSE = r"""
report
if [ -e "$CNB_LAYERS_DIR/deps.toml" ]; then
  printf '[types]\nlaunch = true\n[metadata]\nagain = true\n' > "$CNB_LAYERS_DIR/deps.toml"
else
  mkdir -p "$CNB_LAYERS_DIR/deps"; echo x > "$CNB_LAYERS_DIR/deps/x"
  printf '[types]\nlaunch = true\n' > "$CNB_LAYERS_DIR/deps.toml"
fi
"""


def test_reuse_without_directory(both: Both, tmp_path: Path) -> None:
    pack = buildpack(tmp_path / "reuse", "toy/reuse", REUSE)
    first = both.agree([pack])
    second = both.agree([pack])
    assert (
        first.metadata["buildpacks"][0]["layers"]["deps"]["sha"]
        == second.metadata["buildpacks"][0]["layers"]["deps"]["sha"]
    )
    third = both.agree([pack])
    assert third.found[0].tomls == {"deps.toml": {"metadata": {"again": True}}}


NAMES = r"""
mkdir -p "$CNB_LAYERS_DIR/odd/nested folder"
cd "$CNB_LAYERS_DIR/odd"
long=$(printf 'n%.0s' $(seq 60))
mkdir -p "$long/$long/$long"; echo deep > "$long/$long/$long/$long"; echo wide > "$long/file"
echo x > "nested folder/grüße"; ln -s "$long/$long/$long" link; ln -s grüße other
echo a > a; ln a hard; mkdir a-b; echo z > a-b/z; mkdir empty; chmod 0700 empty; chmod 4755 a
printf '[types]\nlaunch = true\ncache = true\n' > "$CNB_LAYERS_DIR/odd.toml"
"""


def test_tars_are_the_same_bytes(both: Both, tmp_path: Path) -> None:
    both.agree([buildpack(tmp_path / "names", "toy/names", NAMES)])


FIRST = r"""
report
cd "$CNB_LAYERS_DIR"
mkdir -p a/bin a/lib a/include a/pkgconfig a/env a/env.build a-b/bin a-b/env b/env b/env.build c/env.launch/web
printf '%s' "from a" > a/env/OVER; printf '%s' ":" > a/env/LIST.delim; printf one > a/env/LIST.append
printf two > a-b/env/LIST.prepend; printf , > a-b/env/LIST.delim; printf three > a/env.build/LIST.append
printf def > a/env/DEF.default; printf no > b/env/DEF.default; printf yes > b/env/OVER.override
printf odd > a/env/ODD.suffix; mkdir a/env/folder; printf 'tail\n' > a/env/TAIL
printf launch > c/env.launch/L.override; printf web > c/env.launch/web/L.append; printf build > b/env.build/B
for name in a a-b b c; do printf '[types]\nbuild = true\nlaunch = true\n' > $name.toml; done
printf '[[processes]]\ntype = "web"\ncommand = ["env"]\nargs = ["-0"]\ndefault = true\n' > launch.toml
mkdir -p a/exec.d/web
printf '#!/bin/sh\nprintf "E1 = \\"$OVER\\"" >&3\n' > a/exec.d/20-one
printf '#!/bin/sh\nprintf "E2 = \\"$E1!\\"" >&3\n' > a/exec.d/web/10-two
chmod +x a/exec.d/20-one a/exec.d/web/10-two
"""


def test_environments(both: Both, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    packs = [
        buildpack(tmp_path / "first", "toy/first", FIRST),
        buildpack(tmp_path / "second", "toy/second", "report", more="clear-env = true"),
        buildpack(tmp_path / "third", "toy/third", "CNB_LAYERS_DIR=$1 CNB_BP_PLAN_PATH=$3; report", api="0.7"),
        buildpack(tmp_path / "fourth", "toy/fourth", "report", api="0.12"),
    ]
    env = {
        "PATH": "/user/bin",
        "USERS": " spaces and\ttabs ",
        "OVER": "user",
        "CPATH": "/user/include",
        "DOT.default": "x",
    }
    operator = {
        "OPERATOR": "o",
        "USERS.append": "!",
        "OVER.override": "operator",
        "CPATH.prepend": "/op",
        "CPATH.delim": ":",
    }
    both.agree(packs, env, operator_env=operator)
    launched_alike(both, capfd, ["sh", "-c", "env"], None)
    launched_alike(both, capfd, [], "web")


def launched_alike(both: Both, capfd: pytest.CaptureFixture[str], command: list[str], process: str | None) -> None:
    capfd.readouterr()
    status = run(both.cache, process=process, command=command or None, env={})
    ours = sorted(capfd.readouterr().out.replace("\0", "\n").splitlines())
    theirs = both.real.launch(command, process=process)
    assert status.unwrap() == theirs.status
    noise = ("PWD=", "SHLVL=", "_=")
    expected = [line for line in "\n".join(theirs.lines).replace("\0", "\n").splitlines() if not line.startswith(noise)]
    assert [line for line in ours if not line.startswith(noise)] == sorted(expected)


PROVIDE = 'printf "[[provides]]\\nname = \\"dep\\"\\n" > "$CNB_BUILD_PLAN_PATH"'
REQUIRE = r'printf "[[requires]]\nname = \"dep\"\n[requires.metadata]\nv = \"1\"\nl = true\n" > "$CNB_BUILD_PLAN_PATH"'


def test_plans(both: Both, tmp_path: Path) -> None:
    unmet = 'report; printf "[[unmet]]\\nname = \\"dep\\"\\n" > "$CNB_LAYERS_DIR/build.toml"'
    packs = [
        buildpack(tmp_path / "one", "toy/one", unmet, detect=PROVIDE),
        buildpack(tmp_path / "two", "toy/two", "report", detect=PROVIDE),
        buildpack(tmp_path / "three", "toy/three", "report", detect=REQUIRE),
        buildpack(tmp_path / "four", "toy/four", "report", detect="exit 100"),
        buildpack(tmp_path / "five", "toy/five", "report", detect=PROVIDE),
    ]
    local = both.agree(packs, optional=[packs[3], packs[4]])
    assert len(local.found) == 3


PROCESSES = r"""
cat > "$CNB_LAYERS_DIR/launch.toml" <<'X'
[[labels]]
key = "one"
value = "1"
[[slices]]
paths = ["static/*", "docs"]
[[slices]]
paths = ["*.txt"]
[[processes]]
type = "web"
command = ["sh", "-c"]
args = ["true"]
default = true
working-dir = "/workspace/static"
[[processes]]
type = "a.b"
command = ["x"]
X
"""


def test_processes_labels_and_slices(both: Both, tmp_path: Path) -> None:
    names = ("static/a", "static/deep/b", "static/deep.b", "docs/c", "docs/d/e", "x.txt", "sub/y.txt", "keep/z")
    for name in names:
        path = both.app / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    packs = [
        buildpack(tmp_path / "one", "toy/one", PROCESSES),
        buildpack(
            tmp_path / "two",
            "toy/two",
            'printf "[[processes]]\\ntype=\\"web\\"\\ncommand=[\\"y\\"]\\n" > "$CNB_LAYERS_DIR/launch.toml"',
        ),
    ]
    local = both.agree(packs[:1])
    assert local.image.labels["one"] == "1"
    both.agree(packs, process_type="a.b")
    both.agree(packs)


def test_the_order_of_files_that_begin_alike(both: Both, tmp_path: Path) -> None:
    for name in ("shop/a", "shop/b/c", "shop/b-x/d", "shop/b.y", "shop.egg-info/e", "shop-x"):
        path = both.app / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    both.agree([buildpack(tmp_path / "one", "toy/one", "exit 0\n")])


TWO_DEFAULTS = """cat > "$CNB_LAYERS_DIR/launch.toml" <<X
[[processes]]
type = "one"
command = ["x"]
default = true
[[processes]]
type = "two"
command = ["x"]
default = true
X
"""


@pytest.mark.parametrize(
    ("build", "more"),
    [
        ("exit 7", ""),
        ('echo "launch = true" > "$CNB_LAYERS_DIR/x.toml"', ""),
        ('echo "[types]\nlaunch = 1" > "$CNB_LAYERS_DIR/x.toml"', ""),
        ('echo "[" > "$CNB_LAYERS_DIR/x.toml"', ""),
        ('echo "[[processes]]\ntype=\\"w\\"\ncommand=\\"x\\"" > "$CNB_LAYERS_DIR/launch.toml"', ""),
        ('echo "[[processes]]\ntype=\\"w\\"\ndirect=true\ncommand=[\\"x\\"]" > "$CNB_LAYERS_DIR/launch.toml"', ""),
        (TWO_DEFAULTS, ""),
        ('echo "[[unmet]]\nname=\\"x\\"" > "$CNB_LAYERS_DIR/build.toml"', ""),
        ('echo "build = true" > "$CNB_LAYERS_DIR/store.toml"', ""),
        ('echo "{}" > "$CNB_LAYERS_DIR/launch.sbom.cdx.json"', ""),
        ('echo "[types]\nlaunch = true\ncache = true" > "$CNB_LAYERS_DIR/x.toml"', ""),
        ('echo "[types]\nlaunch = true" > "$CNB_LAYERS_DIR/x.toml"', ""),
        ('echo "[[processes]]\ncommand=[\\"x\\"]" > "$CNB_LAYERS_DIR/launch.toml"', ""),
        ('echo "[[processes]]\ntype=\\"a/b\\"\ncommand=[\\"x\\"]" > "$CNB_LAYERS_DIR/launch.toml"', ""),
        ('echo "[[processes]]\ntype=\\"w\\"" > "$CNB_LAYERS_DIR/launch.toml"', ""),
        ('echo "[types]\ncache = true" > "$CNB_LAYERS_DIR/x.toml"', ""),
        (
            'echo "[metadata]\nx = nan\n[types]\nlaunch = true" > "$CNB_LAYERS_DIR/x.toml"; mkdir "$CNB_LAYERS_DIR/x"',
            "",
        ),
        ('echo "[types]\nlaunch = true" > "$CNB_LAYERS_DIR/x.toml"; echo file > "$CNB_LAYERS_DIR/x"', ""),
        ("true", "exec-env = ['test']"),
        ("true", "[[targets]]\nos = 'windows'"),
        ("true", "[[targets]]\nos = 'linux'\n[[targets.distros]]\nname = 'debian'\nversion = '12'"),
        ("true", "[[targets]]\nos = 'linux'\n[[targets.distros]]\nname = 'alpine'"),
    ],
)
def test_the_same_is_refused(both: Both, tmp_path: Path, build: str, more: str) -> None:
    pack = buildpack(tmp_path / "pack", "toy/pack", build, more=more, api="0.12")
    local, real = both.build([pack])
    assert local.outcome.__class__.__name__ == ("Success" if real.status == 0 else "Failure"), real.whole_log
