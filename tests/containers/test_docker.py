"""Images of a real Docker engine: one of the test's own, since nothing of the machine's is used or changed."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from tests.containers.commanded import lamina, told
from tests.images import Made, saved_files, shop, tar, write_layout

pytestmark = pytest.mark.containers

NAME = "shop:v1"
PATIENCE = 30.0


class Docker(msgspec.Struct, frozen=True, kw_only=True):
    """An engine by the variables that lead to it, with the image ``shop:v1`` and the plain ``shop:v0``."""

    env: dict[str, str]
    layout: str
    """The first one as a folder."""


@pytest.fixture(scope="module")
def docker() -> Iterator[Docker]:
    if os.geteuid() != 0:
        pytest.skip("Docker's engine needs root")
    if missing := [each for each in ("docker", "dockerd") if shutil.which(each) is None]:
        pytest.skip(f"There is no {' and no '.join(missing)} on this machine (apt-get install docker.io)")
    # A short path: sockets in it have a limit of 107 characters.
    with tempfile.TemporaryDirectory(prefix="lamina-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "daemon.json").write_text("{}")
        places = {"config-file": "daemon.json", "data-root": "data", "exec-root": "exec", "pidfile": "pid"}
        options = [f"--{option}={folder / place}" for option, place in places.items()]
        options += ["--bridge=none", "--iptables=false", "--ip6tables=false", f"--host=unix://{folder}/socket"]
        env = {**os.environ, "DOCKER_HOST": f"unix://{folder}/socket", "DOCKER_CONFIG": f"{folder}/client"}
        with (folder / "log").open("wb") as log:
            engine = subprocess.Popen(
                ["dockerd", *options], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        try:
            if not _answers(engine, env):
                said = (folder / "log").read_text(errors="replace").splitlines()
                pytest.skip(f"dockerd can't be started here: {said[-1] if said else 'it says nothing'}")
            plain = Made(layers=(shop().layers[0], tar({"etc/motd": b"hello\n"})))
            for image, tag in ((shop(), NAME), (plain, "shop:v0")):
                (folder / "image.tar").write_bytes(tar(saved_files(image, tag)))
                subprocess.run(
                    ["docker", "load", "--input", str(folder / "image.tar")], env=env, check=True, capture_output=True
                )
            yield Docker(env=env, layout=str(write_layout(folder / "layout", shop())))
        finally:
            # It ends what it has started, and takes its mounts away.
            engine.terminate()
            try:
                engine.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                engine.kill()
                engine.wait()


def _answers(engine: subprocess.Popen[bytes], env: dict[str, str]) -> bool:
    end = time.monotonic() + PATIENCE
    while engine.poll() is None and time.monotonic() < end:
        if subprocess.run(["docker", "version"], env=env, check=False, capture_output=True).returncode == 0:
            return True
        time.sleep(0.2)
    return False


def test_an_image_is_the_same_as_in_a_folder(docker: Docker, tmp_path: Path) -> None:
    expected = told(lamina(docker.env, "explain", docker.layout, "--json"))
    assert told(lamina(docker.env, "explain", f"docker:{NAME}", "--json")) == expected
    # And in the file that this engine saves, whichever form that has.
    saved = tmp_path / "saved.tar"
    subprocess.run(["docker", "save", "--output", str(saved), NAME], env=docker.env, check=True, capture_output=True)
    assert told(lamina(docker.env, "explain", str(saved), "--json")) == expected


def test_two_images_of_it_are_compared(docker: Docker) -> None:
    same = lamina(docker.env, "compare", f"docker:{NAME}", docker.layout, "--exit-code")
    assert same.returncode == 0, same.stdout + same.stderr
    ended = lamina(docker.env, "compare", "docker:shop:v0", f"docker:{NAME}", "--exit-code")
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "= 1 layer the same" in ended.stdout


def test_its_page(docker: Docker, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    ended = lamina(docker.env, "report", f"docker:{NAME}", "--html", str(file), "--previous", "docker:shop:v0")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert f"<h1>docker:{NAME}</h1>" in file.read_text()


def test_what_it_has_not(docker: Docker) -> None:
    ended = lamina(docker.env, "explain", "docker:shop")
    assert ended.returncode == 1
    assert "Error: docker doesn't give the image shop\n" in ended.stdout
    assert "docker image ls" in ended.stdout


@pytest.mark.parametrize("host", ["unix:///nowhere/docker.sock", "tcp://127.0.0.1:1", "nonsense://"])
def test_an_engine_that_does_not_answer(docker: Docker, host: str) -> None:
    ended = lamina(docker.env | {"DOCKER_HOST": host}, "explain", f"docker:{NAME}")
    assert ended.returncode == 1
    assert "Error: docker doesn't reach its engine\n" in ended.stdout
    assert "DOCKER_HOST" in ended.stdout.partition("What to do:")[2]
