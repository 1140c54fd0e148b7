"""What a log says of bindings."""

import msgspec
from pure.report.binding_lines import binding_lines
from pure.report.build_log import DOES, WIDTH

from tests.bound import binding, held, pem
from tests.golden import check_golden
from tests.pure.build.test_bound import everything, with_bindings
from tests.strategies_locked import FIRST, locked, with_variables
from tests.strategies_plan import after, planned


def test_the_lines_are_those_of_the_golden_file() -> None:
    certificates = held(binding("ca", "ca-certificates", {"a.pem": pem("a") + pem("b")}))
    cases = {
        "by uv": with_bindings(locked(FIRST, "uv"), everything("hunter2secret")),
        "by Poetry": with_bindings(locked(FIRST, "poetry"), everything("hunter2secret")),
        "variables that hold": with_variables(
            with_bindings(locked(FIRST, "pdm"), everything("hunter2secret")), PIP_INDEX_URL="x", NETRC="/mine"
        ),
        "certificates alone": with_bindings(locked(FIRST, "uv"), certificates),
        "nothing but the variable": with_variables(
            msgspec.structs.replace(locked(FIRST, "uv"), programs={"certificates": b"x"}),
            BP_ENABLE_RUNTIME_CERT_BINDING="true",
        ),
    }
    cases["again"] = after(cases["certificates alone"], planned(cases["certificates alone"]))
    shown = (
        line for title, given in cases.items() for line in (title, *binding_lines(planned(given), DOES, WIDTH), "")
    )
    check_golden("bindings", "\n".join(shown))


def test_without_any_nothing_is_said() -> None:
    assert binding_lines(planned(locked(FIRST, "uv")), DOES, WIDTH) == ()
