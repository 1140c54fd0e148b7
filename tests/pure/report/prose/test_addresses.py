"""The words for paths and addresses that lead nowhere, as a user reads them."""

from typing import get_args

from pure.manager.outside import OutsideUpload
from pure.manager.terms import InstalledFrom
from pure.manager.unset import UnsetVariables, VariableUse
from pure.message import Message
from pure.project.vendored import BadVendorFolder
from pure.report.prose.addresses import AddressError, describe_addresses
from pure.source import Source

from tests.golden import check_golden

PIP = InstalledFrom(manager="pip", files=("requirements.txt",))
UV = InstalledFrom(manager="uv", files=("uv.lock",), command="uv lock", folder="services/api", home="services/api")
POETRY = InstalledFrom(manager="poetry", files=("poetry.lock",), command="poetry lock")
ERRORS: tuple[AddressError, ...] = (
    OutsideUpload(source=PIP, found=(("requirements.txt, line 1", "../shared"),), up=1),
    OutsideUpload(
        source=UV,
        found=(
            ("shared in services/api/uv.lock", "../../../shared"),
            ("core in services/api/uv.lock", "../../../core"),
        ),
        up=1,
    ),
    UnsetVariables(source=PIP, found=(VariableUse(name="INDEX_TOKEN", place="requirements.txt, line 1"),)),
    UnsetVariables(
        source=PIP,
        found=(
            VariableUse(name="USER", place="requirements.txt, line 1"),
            VariableUse(name="TOKEN", place="requirements.txt, line 1"),
        ),
    ),
    UnsetVariables(source=PIP, found=(VariableUse(name="TOKEN", place="index-url in /etc/pip.conf", expanded=False),)),
    UnsetVariables(
        source=PIP,
        found=(VariableUse(name="token", place="requirements.txt, line 1", expanded=False, written="$token"),),
    ),
    UnsetVariables(
        source=POETRY,
        found=(VariableUse(name="TOKEN", place="source in pyproject.toml (private)", expanded=False),),
    ),
    BadVendorFolder(
        value="vendor", source=Source(variable="BP_PIP_FIND_LINKS"), because="is no folder of the application"
    ),
)


def _shown(message: Message) -> str:
    parts = (("found", message.found), ("means", message.means), ("do", message.do))
    return "\n".join([message.happened, *(f"  {name}: {line}" for name, lines in parts for line in lines)]) + "\n"


def test_the_words_are_those_of_the_golden_file() -> None:
    check_golden("errors_addresses", "\n".join(_shown(describe_addresses(error)) for error in ERRORS))


def test_an_address_is_shown_without_its_credentials() -> None:
    value = "https://ana:secret@index.example/simple?token=secret"
    error = BadVendorFolder(value=value, source=Source(variable="BP_PIP_FIND_LINKS"), because="is an address")
    assert "secret" not in _shown(describe_addresses(error))


def test_every_error_of_the_family_is_in_the_golden_file() -> None:
    assert {type(error) for error in ERRORS} == set(get_args(AddressError))
