"""Reads TOML that buildpacks wrote and says what becomes of its values on their way through JSON."""

import datetime
import math
from collections.abc import Mapping
from typing import Any, TypeAlias

import tomli

from pure.outcome import Failure, Outcome, Success

#: What a TOML document or a JSON text holds.
Value: TypeAlias = Any

#: Deeper documents are refused, so that no recursion over a value can exhaust the stack.
MAX_DEPTH = 100


def parse_toml(data: bytes) -> Outcome[dict[str, Value], str]:
    """The document in ``data``, or one clause that says why it is not one. No input raises."""
    try:
        document = tomli.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        return Failure(f"it is not UTF-8 (byte {error.start})")
    except RecursionError:
        return Failure("it is nested too deeply")
    except ValueError as error:
        return Failure(f"it is not valid TOML: {error}")
    if _too_deep(document):
        return Failure("it is nested too deeply")
    return Success(document)


def _too_deep(document: Value) -> bool:
    level: list[Value] = [document]
    for _ in range(MAX_DEPTH):
        below: list[Value] = []
        for value in level:
            if isinstance(value, dict):
                below.extend(value.values())
            elif isinstance(value, list):
                below.extend(value)
        level = below
        if not level:
            return False
    return True


def through_json(value: Value) -> Outcome[Value, str]:
    """What ``value`` is after the metadata label: whole numbers are floats, dates are strings, keys are sorted.

    Values that JSON cannot hold (``nan``, infinities, numbers beyond a double) are refused, as the reference
    lifecycle refuses them at export.
    """
    try:
        return Success(_through_json(value))
    except (ValueError, OverflowError) as error:
        return Failure(str(error))


def _through_json(value: Value) -> Value:
    match value:
        case None | bool() | str():
            return value
        case int() | float():
            number = float(value)
            if not math.isfinite(number):
                raise ValueError(f"{value} cannot be written as JSON")
            return number
        case datetime.datetime() if value.tzinfo is not None:
            return value.isoformat().replace("+00:00", "Z")
        case datetime.datetime():
            return value.isoformat() + "Z"
        case datetime.date():
            return f"{value.isoformat()}T00:00:00Z"
        case datetime.time():
            return f"0000-01-01T{value.isoformat()}Z"
        case Mapping():
            return {key: _through_json(value[key]) for key in sorted(value)}
        case list() | tuple():
            return [_through_json(item) for item in value]
        case _:
            raise AssertionError(f"not a TOML value: {type(value)}")


def without_nulls(value: Value) -> Value:
    """``value`` without the nulls that JSON has and TOML has not (no buildpack's metadata holds one)."""
    match value:
        case dict():
            return {key: without_nulls(item) for key, item in value.items() if item is not None}
        case list():
            return [without_nulls(item) for item in value if item is not None]
        case _:
            return value


def json_numbers(value: Value) -> Value:
    """``value`` with whole floats as integers, the way the reference lifecycle's label writes them."""
    match value:
        case float() if value.is_integer() and abs(value) < 1e21:
            return int(value)
        case dict():
            return {key: json_numbers(item) for key, item in value.items()}
        case list() | tuple():
            return [json_numbers(item) for item in value]
        case _:
            return value


def string(table: Mapping[str, Value], key: str) -> str:
    """The string under ``key``, empty where there is none.

    :raises TypeError: it is something else; the message is one clause for the user.
    """
    value = table.get(key, "")
    if not isinstance(value, str):
        raise TypeError(f"`{key}` must be a string")
    return value


def boolean(table: Mapping[str, Value], key: str) -> bool:
    """The truth value under ``key``, false where there is none; raises as ``string`` does."""
    value = table.get(key, False)
    if not isinstance(value, bool):
        raise TypeError(f"`{key}` must be true or false")
    return value


def strings(table: Mapping[str, Value], key: str) -> tuple[str, ...]:
    """The array of strings under ``key``, empty where there is none; raises as ``string`` does."""
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise TypeError(f"`{key}` must be an array of strings")
    return tuple(value)


def tables(table: Mapping[str, Value], key: str) -> tuple[dict[str, Value], ...]:
    """The array of tables under ``key``, empty where there is none; raises as ``string`` does."""
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise TypeError(f"`{key}` must be an array of tables")
    return tuple(value)


def subtable(table: Mapping[str, Value], key: str) -> dict[str, Value]:
    """The table under ``key``, empty where there is none; raises as ``string`` does."""
    value = table.get(key, {})
    if not isinstance(value, dict):
        raise TypeError(f"`{key}` must be a table")
    return value
