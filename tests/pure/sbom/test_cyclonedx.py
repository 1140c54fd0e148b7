"""Bills in CycloneDX, as CycloneDX' own library reads them."""

import json

from hypothesis import given, settings
from pure.sbom.bill import Bill
from pure.sbom.cyclonedx import encode

from tests import sbom_oracles
from tests.strategies_sbom import bills


@settings(max_examples=30, deadline=None)
@given(bills())
def test_a_bill_is_valid_and_read_as_it_was(bill: Bill) -> None:
    read = sbom_oracles.cyclonedx(encode(bill))
    assert {(each.bom_ref.value, each.name, each.version or "") for each in read.components} == {
        (each.key, each.name, each.version) for each in bill.components
    }
    for each in bill.components:
        (found,) = (one for one in read.components if one.bom_ref.value == each.key)
        assert {part.bom_ref.value for part in found.components} == {part.key for part in each.parts}
        assert bool(found.licenses) == bool(each.licence.expression or each.licence.name)
    needs = {each.ref.value: {other.ref.value for other in each.dependencies} for each in read.dependencies}
    assert {key: others for key, others in needs.items() if others} == {
        key: set(others) for key, others in bill.needs if others
    }


@given(bills(), bills())
def test_the_serial_number_is_that_of_the_contents(one: Bill, other: Bill) -> None:
    assert encode(one) == encode(one)
    numbers = {json.loads(encode(each))["serialNumber"] for each in (one, other)}
    assert len(numbers) == 1 or one != other
    assert not (len(numbers) == 1 and encode(one) != encode(other))


@given(bills())
def test_it_says_whose_digests_it_has(bill: Bill) -> None:
    for each, said in zip(bill.components, json.loads(encode(bill))["components"], strict=True):
        told = {note["name"]: note["value"] for note in said.get("properties", ())}
        known = any(of.algorithm != "shake_9" for of in each.hashes)
        assert ("lamina:hashes" in told) == bool(each.hashed and known)
        assert ("RECORD" in told.get("lamina:hashes", "")) == (each.hashed == "RECORD" and known)
