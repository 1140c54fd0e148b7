"""A program without a web page: it says how long it has been running, for as long as it runs."""

import time
from datetime import timedelta

import humanize


def main() -> None:
    """Speak every minute."""
    started = time.monotonic()
    while True:
        running = timedelta(seconds=time.monotonic() - started)
        print(f"The bot has been running for {humanize.precisedelta(running)}.", flush=True)
        time.sleep(60)


if __name__ == "__main__":
    main()
