"""What whole builds say about errors that everyone meets, and what they warn of."""

from tests.builds.workshop import Bench
from tests.file_server import serving
from tests.local_index import make_wheel


def test_a_private_index_is_told_from_a_name_that_does_not_exist(bench: Bench) -> None:
    bench.require("alpha==1.0")
    with serving(lambda exchange: exchange.answer(401, WWW_Authenticate='Basic realm="private"')) as server:
        index = f"{server.url}/simple/"
        built = bench.try_build({"PIP_NO_INDEX": None, "PIP_FIND_LINKS": None, "PIP_INDEX_URL": index})
    assert built.status == 1
    above, _, block = built.log.partition("\nError: ")
    # pip itself says nothing of it but in a log of its own.
    assert "401 Client Error" in above
    assert "the package index (127.0.0.1) answered 401" in block


def test_a_wrong_password_is_told_without_showing_it(bench: Bench) -> None:
    bench.require("alpha==1.0")
    with serving(lambda exchange: exchange.answer(401, WWW_Authenticate='Basic realm="private"')) as server:
        index = f"{server.url.replace('://', '://reader:hunter2secret@')}/simple/"
        built = bench.try_build({"PIP_NO_INDEX": None, "PIP_FIND_LINKS": None, "PIP_INDEX_URL": index})
    assert built.status == 1
    assert "the package index (127.0.0.1) answered 401" in built.log.partition("\nError: ")[2]
    assert "hunter2secret" not in built.log


def test_an_error_in_a_private_repository_shows_no_token(bench: Bench) -> None:
    with serving(lambda exchange: exchange.answer(401, WWW_Authenticate='Basic realm="private"')) as server:
        bench.require(f"alpha @ git+{server.url.replace('://', '://oauth2:${GIT_TOKEN}@')}/team/alpha.git")
        built = bench.try_build({"GIT_TOKEN": "hunter2secret"})
    assert built.status == 1
    assert "/team/alpha.git: the code host wants credentials" in built.log.partition("\nError: ")[2]
    assert "hunter2secret" not in built.log


BACKEND = """
import subprocess

def build_wheel(directory, config_settings=None, metadata_directory=None):
    subprocess.run(["/nowhere/pg_config", "--version"], check=True)
"""


def test_what_a_failing_build_says_is_shown_and_its_need_named(bench: Bench) -> None:
    build_system = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    bench.write(
        {"requirements.txt": "./psycopg2\n", "psycopg2/pyproject.toml": build_system, "psycopg2/backend.py": BACKEND}
    )
    built = bench.try_build({"PIP_LOG": "pip.log"})
    assert built.status == 1
    above, _, block = built.log.partition("\nError: ")
    assert "FileNotFoundError" in above
    assert "PostgreSQL's client library" in block
    assert "libpq-dev" in block
    assert not (bench.app / "pip.log").exists()


def test_a_list_of_conda_is_told_before_pip_runs(bench: Bench) -> None:
    bench.require("# platform: linux-64", "_libgcc_mutex=0.1=main", "numpy=1.26.4=py311h24aa872_0")
    built = bench.try_build()
    assert built.status == 1
    assert "requirements.txt is a list of conda's" in built.log
    assert "pip list --format=freeze" in built.log
    assert "Layer venv" not in built.log


def test_a_torch_for_graphics_cards_is_told_with_its_size(bench: Bench) -> None:
    bench.require("torch==2.9.0")
    wheels = bench.app / "wheels"
    make_wheel(wheels, "torch", "2.9.0", {"torch.py": "x" * 900_000}, requires=("nvidia-cublas-cu12==12.8",))
    make_wheel(wheels, "nvidia-cublas-cu12", "12.8", {"cublas.py": "x" * 2_600_000})
    built = bench.build({"PIP_FIND_LINKS": "/workspace/wheels"})
    assert "Warning: torch 2.9.0 is the build for NVIDIA graphics cards." in built.log
    assert "It and 1 distribution that come with it take 3.5 MB of the image." in built.log
