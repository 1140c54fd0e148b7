"""States how a decision reports success or an expected failure.

``Outcome[T, E]`` is a union of the two concrete classes of ``returns``, not their common base: under mypy a ``match``
over ``Success(value)`` and ``Failure(error)`` is then exhaustive and narrows both sides. Bugs raise; everything that a
user, a network or a disk can cause is a ``Failure`` that carries data.
"""

from typing import TypeAlias, TypeVar

from returns.result import Failure, Success

T = TypeVar("T")
E = TypeVar("E")

Outcome: TypeAlias = Success[T] | Failure[E]

__all__ = ["Failure", "Outcome", "Success"]
