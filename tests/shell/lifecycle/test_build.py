"""Whole builds by the local lifecycle: what it promises beyond agreeing with the reference."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from pure.lifecycle.errors import (
    AppUnreadable,
    BuildpackApiUnsupported,
    BuildpackFailed,
    BuildpackInvalid,
    CacheUnusable,
    LayerWithoutContents,
    NothingDetected,
    OutputInvalid,
    ProcessUnknown,
)
from pure.lifecycle.events import ExportedLayer

from tests.places import ROOT
from tests.shell.lifecycle.toys import buildpack, local_build

KEEP = r"""
report
mkdir -p "$CNB_LAYERS_DIR/kept"
[ -e "$CNB_LAYERS_DIR/kept/file" ] || head -c 100000 /dev/zero > "$CNB_LAYERS_DIR/kept/file"
printf '[types]\nlaunch = true\ncache = true\n[metadata]\nn = 1\n' > "$CNB_LAYERS_DIR/kept.toml"
"""


@pytest.fixture
def app(tmp_path: Path) -> Path:
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "index").write_text("hello")
    return folder


def test_processes_are_an_ordinary_user_at_the_real_paths(app: Path, tmp_path: Path) -> None:
    script = """
    echo "$(id -u) $(id -g) $PWD $CNB_LAYERS_DIR $1 $2"
    grep -h -e CapEff -e CapPrm /proc/self/status
    for place in / /usr /etc "$CNB_BUILDPACK_DIR" "$CNB_PLATFORM_DIR/env"; do
      (echo x > "$place/lamina-probe") 2>/dev/null && echo "wrote to $place"
    done
    (echo x > /tmp/lamina-probe-$$) && rm /tmp/lamina-probe-$$ && echo "has /tmp"
    echo changed > index; [ -t 0 ] || read line || echo "no input"
    """
    pack = buildpack(tmp_path / "pack", "toy/pack", script)
    result = local_build(app, [pack], tmp_path / "cache")
    result.built()
    assert result.lines == (
        "1000 1000 /workspace /layers/toy_pack /layers/toy_pack /platform",
        "CapPrm:\t0000000000000000",
        "CapEff:\t0000000000000000",
        "has /tmp",
        "no input",
    )
    assert (app / "index").read_text() == "hello"


def test_an_unchanged_rebuild_keeps_everything(app: Path, tmp_path: Path) -> None:
    pack = buildpack(tmp_path / "pack", "toy/pack", KEEP)
    first = local_build(app, [pack], tmp_path / "cache")
    tars = {file: file.stat().st_mtime_ns for file in (tmp_path / "cache").rglob("sha256*.tar")}
    second = local_build(app, [pack], tmp_path / "cache")
    assert second.restored == {"kept": True}
    assert all(event.reused for event in second.events if isinstance(event, ExportedLayer))
    assert {file: file.stat().st_mtime_ns for file in (tmp_path / "cache").rglob("sha256*.tar")} == tars
    assert first.image.labels == second.image.labels


def test_variables_are_passed_byte_for_byte(app: Path, tmp_path: Path) -> None:
    pack = buildpack(tmp_path / "pack", "toy/pack", 'printf "%s|" "$ODD" | od -An -tx1; od -An -tx1 /platform/env/ODD')
    result = local_build(app, [pack], tmp_path / "cache", env={"ODD": b" \xff\n"}, environ={"SECRET": "s", "LANG": "C"})
    assert result.lines == (" 20 ff 0a 7c", " 20 ff 0a")


def test_a_cache_folder_inside_the_application_is_not_copied(app: Path, tmp_path: Path) -> None:
    pack = buildpack(tmp_path / "pack", "toy/pack", "find . | sort")
    for _ in range(2):
        result = local_build(app, [pack], app / ".cache")
        assert result.lines == (".", "./index")


def test_a_build_may_write_into_its_folder_wherever_the_application_comes_from(app: Path, tmp_path: Path) -> None:
    pack = buildpack(tmp_path / "pack", "toy/pack", "touch made || exit 1\nreport\n")
    app.chmod(0o555)
    try:
        local_build(app, [pack], tmp_path / "cache").built()
    finally:
        app.chmod(0o755)
    assert not (app / "made").exists()


def test_an_earlier_layer_that_is_lost_is_said(app: Path, tmp_path: Path) -> None:
    pack = buildpack(tmp_path / "pack", "toy/pack", KEEP)
    local_build(app, [pack], tmp_path / "cache").built()
    for file in (tmp_path / "cache" / "cache").glob("sha256*.tar"):
        file.write_bytes(b"damaged")
    damaged = local_build(app, [pack], tmp_path / "cache")
    assert damaged.restored == {"kept": False}
    assert len(damaged.warnings) == 1
    # The image's tar was the same file: it must have been written anew.
    again = local_build(app, [pack], tmp_path / "cache")
    assert again.restored == {"kept": True}
    assert not again.warnings


@pytest.mark.parametrize(
    "change",
    [
        "echo more >> file",
        "chmod 0600 file",
        "ln file again",
        "mkfifo pipe",
        "mv file other",
        "rm -r $PWD",
        "rm -r $PWD; ln -s /etc $PWD",
        "true",
    ],
)
def test_kept_folders_are_used_only_as_the_tar_has_them(app: Path, tmp_path: Path, change: str) -> None:
    look = 'cd "$CNB_LAYERS_DIR"; [ ! -e kept ] || find kept -newermt "2 minutes ago" -printf "%P %y %m %s\n" | sort; '
    pack = buildpack(tmp_path / "pack", "toy/pack", look + KEEP)
    local_build(app, [pack], tmp_path / "cache").built()
    (tree,) = (tmp_path / "cache" / "cache" / "trees").iterdir()
    for path in (tree, *tree.iterdir()):
        os.utime(path, (1, 1))
    subprocess.run(["sh", "-c", change], cwd=tree, check=True)
    again = local_build(app, [pack], tmp_path / "cache")
    assert again.restored == {"kept": True}
    assert again.lines[:2] == (" d 755 4096", "file f 644 100000")
    assert again.lines[2].startswith("@@")
    assert all(event.reused for event in again.events if isinstance(event, ExportedLayer))


def test_a_failed_build_changes_nothing(app: Path, tmp_path: Path) -> None:
    pack = buildpack(tmp_path / "pack", "toy/pack", KEEP)
    local_build(app, [pack], tmp_path / "cache").built()
    before = snapshot(tmp_path / "cache")
    bad = buildpack(tmp_path / "bad", "toy/bad", "echo dying; kill -9 $$")
    failed = local_build(app, [pack, bad], tmp_path / "cache")
    assert failed.error == BuildpackFailed(buildpack="toy/bad", status=-9, signal="SIGKILL")
    assert failed.lines[-1] == "dying"
    assert snapshot(tmp_path / "cache") == before


def snapshot(folder: Path) -> dict[str, bytes]:
    files = [path.relative_to(folder) for path in sorted(folder.rglob("*")) if path.is_file()]
    # Kept folders are only a short cut.
    return {str(path): (folder / path).read_bytes() for path in files if "trees" not in path.parts}


BUILD = """
import sys
from pathlib import Path
from tests.shell.lifecycle.toys import local_build
app, pack, cache = map(Path, sys.argv[1:])
print(local_build(app, [pack], cache).outcome)
"""


def test_a_build_killed_at_any_moment_leaves_a_usable_cache(app: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    pack = buildpack(tmp_path / "pack", "toy/pack", KEEP.replace("/dev/zero", "/dev/urandom"))
    start = time.monotonic()
    run_build(app, pack, cache, wait=None)
    whole = time.monotonic() - start
    for step in range(1, 9):
        (app / "index").write_text(str(step))
        run_build(app, pack, cache, wait=whole * step / 9)
        for name, store in (("image.json", cache / "image"), ("metadata.json", cache / "cache")):
            text = (store / name).read_text()
            present = {file.name.removesuffix(".tar") for file in store.glob("sha256*.tar")}
            assert named(json.loads(text)) <= present
    result = local_build(app, [pack], cache)
    assert result.restored == {"kept": True}
    assert not result.warnings


def test_what_a_build_started_ends_with_it_however_that_ends(app: Path, tmp_path: Path) -> None:
    script = f"""
    setsid sh -c 'while :; do date > {tmp_path}/alive; sleep 0.05; done' > /dev/null 2>&1 &
    sleep 600
    """
    pack = buildpack(tmp_path / "pack", "toy/pack", script)
    tmp_path.chmod(0o777)
    child = subprocess.Popen([sys.executable, "-c", BUILD, app, pack, tmp_path / "cache"], cwd=ROOT)
    patience = time.monotonic() + 60
    while not (tmp_path / "alive").exists():
        assert time.monotonic() < patience, f"the build wrote nothing below {tmp_path}"
        time.sleep(0.02)
    child.send_signal(signal.SIGKILL)
    child.wait()
    time.sleep(0.3)
    (tmp_path / "alive").unlink()
    time.sleep(0.3)
    assert not (tmp_path / "alive").exists()


def test_what_tools_leave_among_temporary_files_goes_with_the_build(app: Path, tmp_path: Path) -> None:
    pack = buildpack(tmp_path / "pack", "toy/pack", "mktemp; mktemp -d; kill -9 $$")
    result = local_build(app, [pack], tmp_path / "cache")
    assert len(result.lines) == 2
    assert all(line.startswith("/cnb/tmp/") for line in result.lines)
    assert not (tmp_path / "cache" / "work").exists()


def test_what_a_buildpack_leaves_running_ends_with_it(app: Path, tmp_path: Path) -> None:
    script = "(while :; do echo left; sleep 0.05; done) & echo done; kill -15 $$; sleep 600"
    result = local_build(app, [buildpack(tmp_path / "pack", "toy/pack", script)], tmp_path / "cache")
    assert isinstance(result.error, BuildpackFailed)
    assert result.error.signal == "SIGTERM"


def test_processes_of_a_build_see_each_other_and_nobody_else(app: Path, tmp_path: Path) -> None:
    script = 'sleep 5 & cat /proc/$!/comm; ls -d /proc/[0-9]* | wc -l; [ -d /proc/$$ ] && echo "$$ is there"'
    result = local_build(app, [buildpack(tmp_path / "pack", "toy/pack", script)], tmp_path / "cache")
    assert result.lines[2].endswith("is there")
    assert int(result.lines[1]) < 10


def test_an_application_with_folders_without_end_is_refused(app: Path, tmp_path: Path) -> None:
    script = "import os\nfor at in range(1500):\n    os.mkdir('a')\n    os.chdir('a')\n"
    subprocess.run([sys.executable, "-c", script], cwd=app, check=True)
    error = local_build(app, [buildpack(tmp_path / "pack", "toy/pack", "")], tmp_path / "cache").error
    # Python's own ways to remove a tree call themselves for each folder.
    subprocess.run(["rm", "-rf", app / "a"], check=True)
    assert isinstance(error, AppUnreadable)
    assert error.reason == "folders lie more than 200 deep in each other"
    assert not (tmp_path / "cache" / "work").exists()


@pytest.mark.parametrize("mask", [0o077, 0o002])
def test_an_image_is_the_same_whatever_the_umask(app: Path, tmp_path: Path, mask: int) -> None:
    script = (
        KEEP
        + """
    printf '{}' > "$CNB_LAYERS_DIR/launch.sbom.cdx.json"
    printf '[[processes]]\\ntype = "web"\\ncommand = ["x"]\\n' > "$CNB_LAYERS_DIR/launch.toml"
    """
    )
    digests = []
    for number, wanted in enumerate((0o022, mask)):
        pack = buildpack(
            tmp_path / f"pack{number}", "toy/pack", script, more='sbom-formats = ["application/vnd.cyclonedx+json"]'
        )
        before = os.umask(wanted)
        try:
            digests.append(
                {layer.name: layer.diff_id for layer in local_build(app, [pack], tmp_path / f"c{number}").image.layers}
            )
        finally:
            os.umask(before)
    assert "config" in str(digests[0])
    assert digests[0] == digests[1]


def named(document: object) -> set[str]:
    match document:
        case dict():
            return {digest for value in document.values() for digest in named(value)}
        case list():
            return {digest for value in document for digest in named(value)}
        case str() if document.startswith("sha256:"):
            return {document}
        case _:
            return set()


def run_build(app: Path, pack: Path, cache: Path, *, wait: float | None) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", BUILD, app, pack, cache],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=ROOT,
    )
    if wait is not None:
        time.sleep(wait)
        child.send_signal(signal.SIGKILL)
    output = child.communicate()[0].decode()
    assert wait is not None or "Success" in output, output


def test_two_builds_do_not_share_a_cache(app: Path, tmp_path: Path) -> None:
    pack = buildpack(tmp_path / "pack", "toy/pack", "while [ ! -e /tmp/$GO ]; do sleep 0.05; done")
    go = f"lamina-go-{os.getpid()}"
    script = BUILD.replace("local_build(app, [pack], cache)", f"local_build(app, [pack], cache, env={{'GO': {go!r}}})")
    child = subprocess.Popen(
        [sys.executable, "-c", script, app, pack, tmp_path / "cache"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
    )
    try:
        while not (tmp_path / "cache" / "work" / "workspace").exists():
            time.sleep(0.02)
        assert isinstance(local_build(app, [pack], tmp_path / "cache").error, CacheUnusable)
    finally:
        Path("/tmp", go).touch()
        assert b"Success" in child.communicate()[0]
        Path("/tmp", go).unlink()


def test_detection_says_who_declined(app: Path, tmp_path: Path) -> None:
    packs = [
        buildpack(tmp_path / "one", "toy/one", "true", detect="echo looked for x; exit 100"),
        buildpack(tmp_path / "two", "toy/two", "true", detect="exit 3"),
        buildpack(tmp_path / "three", "toy/three", "true", detect="echo '[' > $CNB_BUILD_PLAN_PATH"),
        buildpack(tmp_path / "four", "toy/four", "true", more="[[targets]]\nos = 'windows'"),
    ]
    (packs[1] / "bin" / "detect").chmod(0o644)
    result = local_build(app, packs, tmp_path / "cache")
    assert isinstance(result.error, NothingDetected)
    assert result.error.errored
    assert [verdict.answer for verdict in result.error.verdicts] == ["fail", "error", "error", "error"]
    assert result.lines == ("looked for x",)
    declined = local_build(app, packs[:1], tmp_path / "cache")
    assert isinstance(declined.error, NothingDetected)
    assert not declined.error.errored


@pytest.mark.parametrize(
    ("script", "error"),
    [
        ('echo "launch = true" > "$CNB_LAYERS_DIR/x.toml"', OutputInvalid),
        ('echo "[types]\nlaunch = true" > "$CNB_LAYERS_DIR/x.toml"', LayerWithoutContents),
        ("exit 4", BuildpackFailed),
    ],
)
def test_what_a_buildpack_may_not_do(app: Path, tmp_path: Path, script: str, error: type) -> None:
    pack = buildpack(tmp_path / "pack", "toy/pack", script)
    assert isinstance(local_build(app, [pack], tmp_path / "cache").error, error)


def test_folders_that_are_no_buildpacks(app: Path, tmp_path: Path) -> None:
    def error(folders: Sequence[Path]) -> object:
        return local_build(app, folders, tmp_path / "cache").error

    assert isinstance(error([tmp_path / "nowhere"]), BuildpackInvalid)
    assert isinstance(error([buildpack(tmp_path / "up", "../up", "true")]), BuildpackInvalid)
    assert isinstance(error([buildpack(tmp_path / "old", "toy/old", "true", api="0.6")]), BuildpackApiUnsupported)


def test_an_unknown_process_is_refused(app: Path, tmp_path: Path) -> None:
    pack = buildpack(tmp_path / "pack", "toy/pack", "true")
    result = local_build(app, [pack], tmp_path / "cache", process_type="web")
    assert result.error == ProcessUnknown(process="web", available=())
