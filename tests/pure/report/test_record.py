"""The machine-readable record of a plan: complete, stable, and without secrets."""

import json

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from pure.build.facts import Facts
from pure.build.plan import decide
from pure.manager.pip_configuration import ConfigurationFile, configured
from pure.outcome import Success
from pure.python.catalogue import Catalogue, Runtime, encode_catalogue
from pure.python.offer import CatalogueText
from pure.report.record import encode_record, record

from tests.strategies_plan import after, facts, planned, requirements

ACTIONS = {"create", "keep", "recreate", "reconcile", "drop"}
SECRET = "hunter2secret"


@settings(max_examples=40, deadline=None)
@given(facts(), st.booleans())
def test_the_record_holds_what_is_promised(first: Facts, again: bool) -> None:
    plan = planned(after(first, planned(first)) if again else first)
    found = json.loads(encode_record(record(plan, version="1.2.3", redact=str)))
    assert found["lamina"] == "1.2.3"
    assert found["python"]["version"] == plan.python.version
    assert found["python"]["source"] == str(plan.python.source)
    assert found["package_manager"]["name"] == "pip"
    assert set(found["layers"]) == {"python", "python-cache", "pip", "pip-cache", "venv", "venv-cache"}
    for name, layer in found["layers"].items():
        assert layer["action"] in ACTIONS
        assert layer["because"]
        assert all(isinstance(reason, str) for reason in layer["because"])
        assert layer["metadata"]["schema"] == "1"
        assert layer["launch"] is (name in ("python", "venv"))
    assert [each["type"] for each in found["processes"]] == [each.type for each in plan.processes.processes]


@settings(max_examples=40, deadline=None)
@given(facts())
def test_equal_plans_give_equal_bytes_that_read_well(first: Facts) -> None:
    one, other = (encode_record(record(planned(first), version="1", redact=str)) for _ in range(2))
    assert one == other
    assert one.endswith(b"\n}\n")
    assert max(map(len, one.decode().splitlines())) < 200


@settings(max_examples=40, deadline=None)
@given(
    facts(),
    st.dictionaries(
        st.sampled_from(["GITHUB_TOKEN", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "HTTPS_PROXY", "PIP_CONSTRAINT"]),
        st.sampled_from([SECRET, f"https://me:{SECRET}@host/simple", f"https://{SECRET}@host/x?token={SECRET}"]),
    ),
    st.sampled_from(
        [
            f"--index-url https://me:{SECRET}@host/simple\nflask\n",
            f"flask @ https://me:{SECRET}@host/flask.whl\n",
            f"flask @ https://host/flask.whl?token={SECRET}\n",
            f"-e git+https://{SECRET}@host/x.git#egg=x\n",
            f"-r https://me:{SECRET}@host/more.txt\n",
            f"--unknown https://me:{SECRET}@host/\nflask [broken https://me:{SECRET}@h/\n",
        ]
    ),
    st.booleans(),
)
def test_no_credential_reaches_the_record(first: Facts, variables: dict[str, str], text: str, again: bool) -> None:
    minor = planned(first).python.runtime.minor
    own = Runtime(
        version=f"{minor}.99",
        os="linux",
        arch=first.target.arch,  # type: ignore[arg-type]
        url=f"https://me:{SECRET}@own.example/python.tar.gz",
        sha256="d" * 64,
    )
    conf = f"[global]\nindex-url = https://me:{SECRET}@host/\nproxy = {SECRET}\n"
    changed = msgspec.structs.replace(
        first,
        variables={
            **first.variables,
            **variables,
            "BP_PYTHON_VERSION": minor,
            "BP_PYTHON_MIRROR": f"https://me:{SECRET}@mirror.example/{SECRET}?sig={SECRET}",
        },
        requirements=requirements(text.encode()),
        operator_catalogue=CatalogueText(raw=encode_catalogue(Catalogue(runtimes=(own,))), origin="x"),
        pip_settings=configured((ConfigurationFile(path="/etc/pip.conf", text=conf),)),
    )
    plan = planned(changed)
    assert plan.python.version == f"{minor}.99"
    if again:
        decided = decide(after(changed, plan))
        assert isinstance(decided, Success)
        plan = decided.unwrap()
    assert SECRET.encode() not in encode_record(record(plan, version="1", redact=str))
