"""Writes what Poetry itself makes of many constraints, to compare ours with; run by hand where its grammar changes.

python -m pip install --no-deps --target FOLDER poetry-core
PYTHONPATH=FOLDER python -m tests.poetry_oracle > tests/goldens/poetry_constraints.txt
"""

import sys
from random import Random

VERSIONS = (
    *("0.0.3", "0.2.3", "0.3.0", "1.0.0", "2.7.18", "3.0.0", "3.0.1", "3.9.0", "3.10.4", "3.11.0", "3.11.1", "3.11.9"),
    *("3.12.0", "3.12.7", "3.13.0", "3.13.1", "3.14.0", "3.14.1", "3.15.0", "4.0.0", "4.1.0"),
)
WRITTEN = (
    *("*", "x", "3.*", "3", "3.11", "3.11.*", "==3.11", "==3.11.*", "=3.11", "!=3.11.*", "!=3.11", "~3", "~3.11"),
    *("~3.11.1", "~=3.11", "~=3.11.1", "~=3", "^3", "^3.11", "^3.11.1", "^0", "^0.0", "^0.0.3", "^0.2.3", "^0.2"),
    *(">=3.11", ">3.11", "<=3.11", "<3.11", ">= 3.11", ">=3.11 <3.14", ">=3.11,<3.14", ">=3.11, <3.14,"),
    *("^3.11 || ^4", "~3.11|~3.13", "^3.9,!=3.10.*,!=3.12.*", ">=3.9 !=3.10.* <3.15", ">=3.13,<3.11", "3.11||3.12.*"),
    *("v3.11.1", "^v3.11", "3.11.*.*", ">=3.11.*", "<3.12.*", "~3.11.*", "^3.*", "", "||", "3.11||"),
    *(
        "three",
        "^",
        "3.11-",
        "3.11 - 3.13",
        ">=3.11 and <3.14",
        "~>3.11",
        "===3.11.1",
        "^3.11.0rc1",
        ">=3.14.0a1",
        "3.x",
        ">=3.11,,<3.13",
    ),
)


def corpus() -> tuple[str, ...]:
    """The written constraints, and random ones: the same with every run."""
    random = Random(3)

    def clause() -> str:
        numbers = [random.choice("33334"), *random.choices(["0", "9", "10", "11", "12", "13", "14"], k=2)]
        version = ".".join(numbers[: random.choice([1, 2, 2, 2, 3])])
        operator = random.choice(["^", "~", "~=", "==", "=", "!=", ">=", ">", "<=", "<", ""])
        wildcard = ".*" if operator in ("==", "!=", "") and random.random() < 0.5 else ""
        return operator + random.choice(["", "", " "]) * bool(operator) + version + wildcard

    def alternative() -> str:
        return random.choice([",", ", ", " ", " , "]).join(clause() for _ in range(random.choice([1, 2, 2, 3])))

    made = (
        random.choice(["||", " || ", "|"]).join(alternative() for _ in range(random.choice([1, 1, 2, 3])))
        for _ in range(160)
    )
    return tuple(dict.fromkeys((*WRITTEN, *made)))


def main() -> None:
    from poetry.core.constraints.version import Version, parse_constraint
    from poetry.core.constraints.version.exceptions import ParseConstraintError

    for text in corpus():
        try:
            constraint = parse_constraint(text)
        except ParseConstraintError:
            sys.stdout.write(f"{text!r}: refused\n")
            continue
        allowed = " ".join(version for version in VERSIONS if constraint.allows(Version.parse(version)))
        sys.stdout.write(f"{text!r}: {allowed or 'none'}\n")


if __name__ == "__main__":
    main()
