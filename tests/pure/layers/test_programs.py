"""Programs that images have: what each is made of, and when its layer is another one."""

import ast

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pure.layers.decision import Action, RestoredLayer
from pure.layers.names import AT_LAUNCH, CERTIFICATES
from pure.layers.programs import PROGRAMS, digest, executable, with_programs

from tests.places import ROOT
from tests.strategies_plan import layer_toml

FILES = (("exec.d/a", b"a"), ("start", b"b"))


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_imports_nothing_of_ours_in_the_image(name: str) -> None:
    program = PROGRAMS[name]  # type: ignore[index]
    joined = program.joined((ROOT / program.file).read_bytes(), (ROOT / program.needs).read_bytes())
    tree = ast.parse(joined)
    imported = {each.module for each in ast.walk(tree) if isinstance(each, ast.ImportFrom)}
    assert imported == set()
    # As old as any Python that an image has.
    ast.parse(joined, feature_version=(3, 9))


def test_it_names_the_interpreter_that_runs_it() -> None:
    assert executable(b"x = 1\n", "/layers/python") == b"#!/layers/python -ISB\nx = 1\n"


@given(st.lists(st.tuples(st.sampled_from(["a", "b"]), st.binary(max_size=3)), unique_by=lambda each: each[0]))
def test_other_files_are_another_layer(files: list[tuple[str, bytes]]) -> None:
    assert digest(tuple(files)) == digest(tuple(reversed(files)))
    assert (digest(tuple(files)) == digest(FILES)) is False
    assert digest(tuple(files)) != digest((*files, ("c", b"")))


def test_a_layer_is_kept_while_its_programs_are_the_same() -> None:
    (made,) = with_programs((), {}, AT_LAUNCH, FILES, because="why", gone="")
    assert (made.action, made.because, str(made.types)) == (Action.CREATE, ("why",), "launch")
    restored = {AT_LAUNCH: RestoredLayer(toml=layer_toml(made), contents=False)}
    (kept,) = with_programs((made,), restored, AT_LAUNCH, FILES, because="why", gone="")  # type: ignore[arg-type]
    assert (kept.action, kept.away) == (Action.KEEP, True)
    (other,) = with_programs((), restored, AT_LAUNCH, FILES[:1], because="why", gone="")  # type: ignore[arg-type]
    assert (other.action, other.away) == (Action.RECREATE, False)
    (gone,) = with_programs((), restored, AT_LAUNCH, (), because="why", gone="none")  # type: ignore[arg-type]
    assert (gone.action, gone.because) == (Action.DROP, ("none",))
    assert with_programs((made,), {}, CERTIFICATES, (), because="", gone="") == (made,)
    assert msgspec.structs.asdict(made)["environment"] == msgspec.structs.asdict(kept)["environment"]
