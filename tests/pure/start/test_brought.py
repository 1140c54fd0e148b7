"""What direct requirements bring along."""

from pure.start.brought import declared_distributions


def test_a_requirement_brings_what_it_is_known_to_bring() -> None:
    assert set(declared_distributions([("FastAPI", ("standard",)), ("quart", ())])) == {
        *("fastapi", "starlette", "fastapi-cli", "uvicorn", "quart", "flask", "hypercorn"),
    }
