"""Defines ``lamina doctor``: what this machine lacks for local builds."""

import sys
from pathlib import Path

import click
from pure.redaction import redactor

from shell.command.documented import Documented
from shell.command.given import cache_option, env_file_option, env_option, given_variables
from shell.output import Output


@click.command(
    cls=Documented,
    examples={
        "lamina doctor": "see what this machine lacks, and what to do about it",
        "lamina doctor --env PIP_INDEX_URL": "with the index of this shell, as it is given to builds",
        "lamina doctor --json | jq .works": "the same for programs",
    },
    statuses={"1": "no local build can work here"},
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@env_option
@env_file_option
@cache_option
def doctor(as_json: bool, env: tuple[str, ...], env_file: Path | None, cache: Path | None) -> None:
    """Say what this machine has and lacks for local builds: namespaces, room, an index, programs; with cures."""
    from pure.machine.examination import examined
    from pure.report.prose.machine import doctor_lines, doctor_record, encode_doctor

    from shell.command.local_runtime import cache_folder
    from shell.command.machine import read_machine
    from shell.command.progress import working

    given = given_variables(env, env_file)
    output = Output(redactor(given))
    with working("Looking at this machine") as doing:
        facts = read_machine(cache=cache or cache_folder(), given=given, doing=doing)
    record = doctor_record(examined(facts), redact=output.redacted)
    if as_json:
        output.document(encode_doctor(record).decode())
    else:
        output.lines(doctor_lines(record))
    sys.exit(0 if record.works else 1)
