"""What bindings change in a plan: no layer but the one that they are for, unless they change what is installed."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pure.bindings.contents import Bindings
from pure.bindings.decision import netrc_of
from pure.bindings.folder import BindingsUnlisted
from pure.build.credentials import known_secrets
from pure.build.facts import Facts
from pure.build.plan import Plan, decide
from pure.build.runtime_steps import install_runtime
from pure.build.steps import InstallRuntime
from pure.build.workplace import workplace
from pure.layers.decision import Action
from pure.layers.names import CERTIFICATES, LayerName
from pure.outcome import Failure, Success
from pure.report.record import encode_record, record
from pure.switches import BadSwitch

from pure.report import build_log
from tests.bound import binding, held, pem
from tests.strategies_locked import FIRST, LOCKED, locked, with_variables
from tests.strategies_plan import after, facts, planned, requirements

SECRETS = ("hunter2secret", "0ther-s3cret", "t0p-s3cret-token")
PROGRAM = b"print()\n"


def everything(secret: str, sha256: str = "f" * 64) -> Bindings:
    """Bindings of all types that change nothing of what is installed."""
    login = f"https://u:{secret}@h.example/simple"
    auth = f'[http-basic.c]\nusername = "u"\npassword = "{secret}"\n[pypi-token]\nc = "{secret}"\n'
    return held(
        binding("ca", "ca-certificates", {"a.pem": pem("a")}),
        binding("db", "postgresql"),
        binding("map", "dependency-mapping", {sha256: f"https://u:{secret}@h.example/python.tar.gz"}),
        binding("n", "netrc", {".netrc": f"machine h login u password {secret}"}),
        binding("p", "pip", {"pip.conf": f"[global]\nindex-url = {login}"}),
        binding("po", "poetry", {"auth.toml": auth, "config.toml": f'{auth}[repositories.c]\nurl = "{login}"\n'}),
        binding("u", "uv", {"uv.toml": f'[[index]]\nurl = "{login}"\n'}),
        binding("y", "pypi", {"url": "https://h.example/simple", "username": "u", "password": secret}),
    )


def with_bindings(given_facts: Facts, bound: Bindings, **changes: Any) -> Facts:
    return msgspec.structs.replace(
        given_facts,
        bindings=Success(bound),
        mapped=bound.mapped,
        netrc=netrc_of(bound, b"machine h login u password " + SECRETS[0].encode() if bound.netrc else None),
        pip_settings=(("PIP_INDEX_URL", f"https://u:{SECRETS[0]}@h/", "/b/pip.conf"),) if bound.pip_conf else (),
        programs={"certificates": PROGRAM},
        **changes,
    )


def layers(plan: Plan) -> dict[LayerName, tuple[object, ...]]:
    return {each.name: (each.action, each.metadata, each.built_from, each.pins, each.types) for each in plan.layers}


applications = st.one_of(facts(), st.sampled_from(LOCKED).map(lambda name: locked(FIRST, name)))


@settings(max_examples=60, deadline=None)
@given(first=applications, again=st.booleans())
def test_no_layer_has_another_key_for_what_is_bound(first: Facts, *, again: bool) -> None:
    first = after(first, planned(first)) if again else first
    without = layers(planned(first))
    for secret in SECRETS[:2]:
        found = layers(planned(with_bindings(first, everything(secret))))
        assert found.pop(CERTIFICATES)[0] is Action.CREATE
        assert found == without


@settings(max_examples=40, deadline=None)
@given(applications, st.sampled_from(SECRETS))
def test_plan_log_and_record_have_names_and_types_alone(first: Facts, secret: str) -> None:
    runtime = planned(first).python.runtime
    given_facts = with_bindings(first, everything(secret, runtime.sha256))
    plan = planned(given_facts)
    # Where it comes from may have a password; the log never shows it, and the record has no address.
    hidden = known_secrets(given_facts)
    log = hidden("\n".join(build_log.plan("1", plan)))
    recorded = encode_record(record(plan, version="1", redact=hidden)).decode()
    assert all(each not in log + recorded for each in SECRETS)
    assert all(f"  {each.name} ({each.kind}):" in log for each in plan.bindings)
    assert plan.python.url == f"https://u:{secret}@h.example/python.tar.gz"
    for each in ('"name": "db"', '"type": "postgresql"', '"used": false'):
        assert each in recorded


NO_BINARY = (
    ("uv", "uv.toml", 'no-binary-package = ["a"]\n'),
    ("poetry", "config.toml", "[installer]\nno-binary = true\n"),
)


@pytest.mark.parametrize(("tool", "file", "text"), NO_BINARY)
def test_what_changes_what_is_installed_does(tool: str, file: str, text: str) -> None:
    first = locked(FIRST, tool)
    first = after(first, planned(first))
    assert planned(first).decided("venv").action is Action.KEEP
    bound = held(binding("mine", tool, {file: text}))
    found = planned(with_bindings(first, bound)).decided("venv")
    assert found.action is Action.RECREATE


@pytest.mark.parametrize("wanted", ["true", "", "false"])
def test_the_program_that_looks_at_launch_lies_in_a_layer_of_its_own(wanted: str) -> None:
    first = with_variables(locked(FIRST, "uv"), BP_ENABLE_RUNTIME_CERT_BINDING=wanted)
    first = msgspec.structs.replace(first, programs={"certificates": PROGRAM} if wanted == "true" else {})
    plan = planned(first)
    if wanted != "true":
        assert plan.layer(CERTIFICATES) is None
        return
    made = plan.decided(CERTIFICATES)
    assert (made.action, made.because) == (Action.CREATE, ("$BP_ENABLE_RUNTIME_CERT_BINDING is true",))
    assert str(made.types) == "launch"
    # In the image only: its metadata come back, and that is enough.
    following = after(first, plan)
    kept = planned(following).decided(CERTIFICATES)
    assert (kept.action, kept.away) == (Action.KEEP, True)
    newer = planned(msgspec.structs.replace(following, programs={"certificates": b"import sys\n"})).decided(
        CERTIFICATES
    )
    assert (newer.action, newer.away) == (Action.RECREATE, False)
    gone = planned(msgspec.structs.replace(following, variables={"BP_PYTHON_VERSION": "3.13.1"}, programs={}))
    assert gone.decided(CERTIFICATES).action is Action.DROP
    assert gone.idle


@pytest.mark.parametrize("asked", ["true", ""])
def test_without_python_in_the_image_nothing_looks_for_certificates(asked: str) -> None:
    # Another buildpack wants Python in the build, and nothing else does.
    plan_of_buildpacks = b'[[entries]]\nname = "python"\n[entries.metadata]\nbuild = true\n'
    first = with_variables(
        msgspec.structs.replace(FIRST, buildpack_plan=plan_of_buildpacks),
        BP_PYTHON_PROVIDE_ONLY="true",
        BP_ENABLE_RUNTIME_CERT_BINDING=asked,
    )
    plan = planned(with_bindings(first, everything(SECRETS[0])))
    assert plan.present(CERTIFICATES) is None
    assert all("when it starts" not in because for each in plan.bindings for because in each.because)
    said = [each for each in plan.unheard if "BP_ENABLE_RUNTIME_CERT_BINDING" in each]
    assert bool(said) is bool(asked)
    in_image = planned(with_bindings(locked(FIRST, "uv"), everything(SECRETS[0])))
    assert "the image looks for such bindings, too, when it starts" in in_image.bindings[0].because


@pytest.mark.parametrize(("joined", "alone"), [("a", True), ("ab", False), ("", False)])
def test_where_nobody_else_is_trusted_that_is_said(joined: str, *, alone: bool) -> None:
    joined_file = "".join(map(pem, joined)).encode()
    first = msgspec.structs.replace(locked(FIRST, "uv"), certificates=joined_file)
    (told,) = planned(with_bindings(first, held(binding("ca", "ca-certificates", {"a.pem": pem("a")})))).bindings
    assert ("the build has no others" in told.because[0]) is alone


def test_what_is_wrong_with_bindings_ends_a_build() -> None:
    error = BindingsUnlisted(path="/b", variable="", detail="Not a directory")
    assert decide(msgspec.structs.replace(FIRST, bindings=Failure(error))) == Failure(error)
    switch = decide(with_variables(locked(FIRST, "uv"), BP_ENABLE_RUNTIME_CERT_BINDING="perhaps"))
    assert switch == Failure(BadSwitch(variable="BP_ENABLE_RUNTIME_CERT_BINDING", value="perhaps"))


@pytest.mark.parametrize(
    ("root", "there", "said"),
    [("/mine", False, True), ("/mine", True, False), ("/platform/bindings/", False, False), ("", False, False)],
)
def test_a_folder_that_is_named_and_is_not_there_is_said(root: str, *, there: bool, said: bool) -> None:
    first = with_variables(locked(FIRST, "uv"), SERVICE_BINDING_ROOT=root, CNB_PLATFORM_DIR="/platform")
    first = msgspec.structs.replace(first, bindings=Success(held()) if there else None)
    assert any("$SERVICE_BINDING_ROOT" in each for each in planned(first).unheard) is said


def test_where_only_the_runtime_is_provided_bindings_are_told_too() -> None:
    first = with_variables(FIRST, BP_PYTHON_PROVIDE_ONLY="true")
    plan = planned(with_bindings(first, everything(SECRETS[0])))
    assert len(plan.bindings) == 8
    assert plan.present(CERTIFICATES) is not None


@pytest.mark.parametrize(("index", "alone"), [("", True), ("false", False)])
def test_of_requirements_that_come_from_declared_folders(index: str, *, alone: bool) -> None:
    first = msgspec.structs.replace(FIRST, names=("requirements.txt",), requirements=requirements(b"flask\n"))
    first = with_variables(first, BP_PIP_FIND_LINKS="/wheels", PIP_NO_INDEX=index)
    told = [each for each in planned(with_bindings(first, everything(SECRETS[0]))).bindings if each.name == "y"]
    assert told[0].because[0].startswith("pip is told of it by $PIP_INDEX_URL")
    assert ("for tools alone: distributions come from declared folders" in told[0].because[0]) is alone


@pytest.mark.parametrize("mapped", [True, False])
def test_who_fetches_a_mapped_archive_knows_that_its_place_is_bound(*, mapped: bool) -> None:
    first = locked(FIRST, "uv")
    sha256 = planned(first).python.runtime.sha256 if mapped else "f" * 64
    first = with_bindings(first, everything(SECRETS[0], sha256))
    steps = install_runtime(planned(first), first, workplace(first))
    (fetching,) = (step for step in steps if isinstance(step, InstallRuntime))
    assert (fetching.bound, "h.example" in fetching.url) == (mapped, mapped)


def test_of_requirements_that_pip_installs() -> None:
    first = msgspec.structs.replace(FIRST, names=("requirements.txt",), requirements=requirements(b"flask\n"))
    told = [each for each in planned(with_bindings(first, everything(SECRETS[0]))).bindings if each.name == "y"]
    assert told[0].because == ("pip is told of it by $PIP_INDEX_URL",)
