"""What is said of a machine, and of each thing that it lacks."""

import msgspec
from pure.report.prose.machine import DoctorRecord, doctor_lines, doctor_record, encode_doctor

from tests.golden import check_golden
from tests.pure.machine.test_examination import AS_WELL, OTHERWISE, of


def test_a_machine_where_all_is_well_and_what_may_be_otherwise() -> None:
    lines = list(doctor_lines(doctor_record(of({}))))
    for changed, trait in (*AS_WELL[1:], *OTHERWISE):
        record = doctor_record(tuple(each for each in of(changed) if each.trait == trait))
        lines += ["", *doctor_lines(record)[:-2]]
    check_golden("doctor", "\n".join(lines))


def test_what_isnt_well_has_a_cure() -> None:
    for changed, trait in OTHERWISE:
        (row,) = doctor_record(tuple(each for each in of(changed) if each.trait == trait)).rows
        assert row.cure
        assert "{" not in row.found


def test_programs_are_told_the_same() -> None:
    for changed, _ in OTHERWISE:
        record = doctor_record(of(changed))
        assert msgspec.json.decode(encode_doctor(record), type=DoctorRecord) == record


def test_no_credential_is_told() -> None:
    record = doctor_record(
        of({"certificates": "/home/hunter2/ca.pem"}), redact=lambda text: text.replace("hunter2", "*")
    )
    assert "hunter2" not in encode_doctor(record).decode()
