"""The benchmark's own arithmetic: which rows are played, what counts as moved and as new, what the tables say."""

import json
from pathlib import Path

import msgspec
import pytest
from tools.rebuild.applications import APPLICATIONS, Situation, write
from tools.rebuild.disk import files_per_second
from tools.rebuild.images import Blob, Images, blobs_of
from tools.rebuild.locks import Artefact, Locks
from tools.rebuild.measured import Measured, Part, restored, tarred
from tools.rebuild.rows import ROWS, rows
from tools.rebuild.table import document, table


def test_rows_follow_their_first_build() -> None:
    assert [row.name for row in rows(django=False, wanted=("another pip", "uv: unchanged"))] == [
        "first build", "another pip", "uv: first build", "uv: unchanged"
    ]  # fmt: skip
    assert [row.name for row in rows(django=False, wanted=("first build",))] == ["first build"]
    assert rows(django=True) == ROWS
    assert {row.name for row in ROWS} - {row.name for row in rows(django=False)} == {"a template", "a static file"}
    assert len({row.name for row in ROWS}) == len(ROWS)


def test_every_row_but_those_of_nothing_changes_the_situation() -> None:
    situation = Situation()
    same = []
    for row in ROWS:
        after = row.after(situation)
        if after == situation:
            same.append(row.name)
        situation = after
    assert same == ["first build", "unchanged", "uv: unchanged"]


@pytest.fixture
def layers(tmp_path: Path) -> Path:
    """Layers of each kind, and what is no layer."""
    kinds = {"both": ("launch", "cache"), "launched": ("launch",), "cached": ("cache",), "built": ("build",)}
    for name, types in kinds.items():
        (tmp_path / "a_b" / name / "sub").mkdir(parents=True)
        (tmp_path / "a_b" / name / "sub" / "file").write_bytes(b"x" * 100)
        (tmp_path / "a_b" / name / "link").symlink_to("sub/file")
        (tmp_path / "a_b" / f"{name}.toml").write_text("\n".join(["[types]", *(f"{each} = true" for each in types)]))
    (tmp_path / "a_b" / "absent.toml").write_text("[types]\nlaunch = true\n")
    (tmp_path / "a_b" / "ignored.ignore").mkdir()
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "metadata.toml").write_text("")
    return tmp_path


def test_what_has_contents_is_restored_and_what_is_kept_is_tarred(layers: Path) -> None:
    part = Part(bytes=100, files=2)
    assert restored(layers) == {f"a/b:{name}": part for name in ("both", "built", "cached", "launched")}
    assert tarred(layers) == {f"a/b:{name}": part for name in ("both", "cached", "launched")}


def test_new_is_what_the_image_before_has_not_and_uploaded_what_none_had() -> None:
    first, other = (Blob(name="venv", digest=digest, size=size) for digest, size in (("1", 10), ("2", 20)))
    images = Images()
    assert images.take([first]) == ({"venv": 10}, {"venv": 10})
    assert images.take([first]) == ({}, {})
    assert images.take([other]) == ({"venv": 20}, {"venv": 20})
    assert images.take([first]) == ({"venv": 10}, {})


def test_the_layers_of_the_run_image_are_not_the_builds() -> None:
    label = {
        "app": [{"sha": "b"}],
        "buildpacks": [{"key": "x/y", "layers": {"venv": {"sha": "c"}}}],
        "launcher": {"sha": ""},
    }
    config = {
        "config": {"Labels": {"io.buildpacks.lifecycle.metadata": json.dumps(label)}},
        "rootfs": {"diff_ids": ["a", "b", "c"]},
    }
    layers = [{"digest": f"zip-{each}", "size": size} for each, size in (("a", 1), ("b", 2), ("c", 3))]
    manifest = {"config": {"digest": "conf", "size": 4}, "layers": layers}
    found = blobs_of(json.dumps(manifest).encode(), json.dumps(config).encode())
    assert [(blob.name, blob.digest, blob.size) for blob in found] == [
        ("app", "zip-b", 2), ("x/y:venv", "zip-c", 3), ("config.json", "conf", 4)
    ]  # fmt: skip


def test_ratios_are_of_the_undivided_and_none_of_nothing() -> None:
    one = Measured(
        seconds=2, phases={}, restored={"a": Part(bytes=10**6, files=1)}, tarred={}, new={"a": 5}, uploaded={}
    )
    other = Measured(
        seconds=4, phases={}, restored={"a": Part(bytes=4 * 10**6, files=4)}, tarred={}, new={}, uploaded={}
    )
    results = {"unchanged": {"divided": one, "undivided": other}}
    ratios = document(results)[0]["ratios"]
    assert (ratios["seconds"], ratios["restored_bytes"], ratios["new_bytes"]) == (0.5, 0.25, None)
    assert "2.0 / 4.0 (0.50)  1.0 / 4.0 (0.25)" in " ".join(table(results)[1].split()).replace(") ", ")  ")


@pytest.mark.parametrize("name", APPLICATIONS)
def test_each_change_of_the_code_changes_one_file(name: str, tmp_path: Path) -> None:
    application = APPLICATIONS[name]
    pin = Artefact(name="alpha", version="1", file="alpha-1-py3-none-any.whl", sha256="0" * 64)
    locks = Locks(base=(pin,), small=(pin,), heavy=(pin,), tools={})

    def files(situation: Situation) -> dict[str, str]:
        write(tmp_path / "app", application, situation, locks, "")
        return {str(path): path.read_text() for path in (tmp_path / "app").rglob("*") if path.is_file()}

    before = files(Situation())
    assert not [text for text in before.values() if "@" in text.replace("@app", "")]
    kinds = ("code", "template", "static") if application.django else ("code",)
    for kind in kinds:
        after = files(msgspec.structs.replace(Situation(), **{kind: 1}))
        assert len([path for path in before if before[path] != after[path]]) == 1
    lock = files(Situation(way="pylock"))
    assert set(before) ^ set(lock) == {str(tmp_path / "app" / each) for each in ("requirements.txt", "pylock.toml")}


def test_the_disk_is_measured_and_left_as_it_was(tmp_path: Path) -> None:
    assert files_per_second(tmp_path) > 0
    assert not list(tmp_path.iterdir())
