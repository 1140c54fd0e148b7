"""Bills in SPDX, as SPDX' own library reads them."""

import json

from hypothesis import given, settings
from pure.sbom.bill import Bill
from pure.sbom.spdx import encode

from tests import sbom_oracles
from tests.strategies_sbom import bills


@settings(max_examples=20, deadline=None)
@given(bills())
def test_a_bill_is_valid_and_read_as_it_was(bill: Bill) -> None:
    read = sbom_oracles.spdx(encode(bill))
    assert [(each.name, each.version or "") for each in read.packages] == [
        (each.name, each.version) for each in (bill.about, *bill.all)
    ]
    kinds = [each.relationship_type.name for each in read.relationships]
    assert kinds.count("CONTAINS") == len(bill.all)
    assert kinds.count("DEPENDS_ON") == sum(len(others) for _, others in bill.needs)


@given(bills())
def test_it_has_no_time_and_no_random_number(bill: Bill) -> None:
    assert encode(bill) == encode(bill)
    assert json.loads(encode(bill))["creationInfo"]["created"] == "1980-01-01T00:00:01Z"
