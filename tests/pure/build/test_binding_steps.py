"""The steps by which tools find what is bound, and the image the program that looks for more."""

import msgspec
import pytest
from pure.build.binding_steps import bring
from pure.build.steps import BeginLayer, FinishLayer, WriteFiles
from pure.build.workplace import workplace
from pure.layers.names import CERTIFICATES
from pure.outcome import Success

from tests.bound import binding, held, pem
from tests.pure.build.test_bound import PROGRAM, SECRETS, everything, with_bindings
from tests.strategies_locked import FIRST, locked
from tests.strategies_plan import after, planned

ALL = with_bindings(locked(FIRST, "uv"), everything(SECRETS[0]), temporary="/tmp/x", certificates=b"all\n")


def test_files_are_written_where_tools_look_for_them() -> None:
    plan, work = planned(ALL), workplace(ALL)
    written, *launch = bring(plan, ALL, work)
    assert isinstance(written, WriteFiles)
    assert (written.root, written.executable) == ("/tmp/x", False)
    assert [name for name, _ in written.files] == ["certificates.pem", "netrc", "configuration/uv/uv.toml"]
    decision = plan.decided(CERTIFICATES)
    program = b"#!/layers/lamina_python/python/bin/python3 -ISB\n" + PROGRAM
    lies = (("exec.d/ca-certificates", program),)
    assert launch == [
        BeginLayer(layer=CERTIFICATES),
        WriteFiles(root="/layers/lamina_python/ca-certificates", files=lies, executable=True),
        FinishLayer(decision=decision),
    ]


def test_an_unchanged_build_writes_metadata_alone() -> None:
    following = after(ALL, planned(ALL))
    plan = planned(following)
    assert plan.idle
    assert bring(plan, following, workplace(following)) == (FinishLayer(decision=plan.decided(CERTIFICATES)),)
    assert plan.decided(CERTIFICATES).away


@pytest.mark.parametrize("kind", ["pypi", "pip", "poetry", "netrc", "dependency-mapping"])
def test_what_tools_read_where_it_lies_is_written_nowhere(kind: str) -> None:
    entries = {"url": "https://h/", "pip.conf": "", "auth.toml": "", ".netrc": ""}
    given = msgspec.structs.replace(locked(FIRST, "uv"), bindings=Success(held(binding("mine", kind, entries))))
    assert bring(planned(given), given, workplace(given)) == ()


def test_without_bindings_there_are_no_steps() -> None:
    given = locked(FIRST, "uv")
    assert bring(planned(given), given, workplace(given)) == ()
    only_ca = msgspec.structs.replace(given, bindings=Success(held(binding("c", "ca-certificates", {"a": pem("a")}))))
    # Without the program there is no layer.
    assert bring(planned(only_ca), only_ca, workplace(only_ca)) == ()
