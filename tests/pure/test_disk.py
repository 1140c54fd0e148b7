"""The words by which programs say that the disk is full."""

import pytest
from pure.disk import complaint_of_no_room


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            ("one", "  OSError: [Errno 28] No space left on device", "three"),
            "OSError: [Errno 28] No space left on device",
        ),
        (("OSError: [Errno 28] No space left on", "  device: '/tmp/x'"), "No space left on device"),
        (("Disk quota exceeded", "File too large (os error 27)"), "File too large (os error 27)"),
        (("No space", "left"), None),
        ((), None),
    ],
)
def test_the_last_complaint_counts_wherever_its_line_is_broken(lines: tuple[str, ...], said: str | None) -> None:
    assert complaint_of_no_room(lines) == said
