"""Plays many histories and tells what they came to: ``make histories N=20000 SEED=1``.

With ``--processes`` the histories are divided, and each process has a seed of its own, from ``--seed`` on.
"""

import argparse
import concurrent.futures
import multiprocessing
import sys
import time

from tests.histories.application import MANAGERS
from tests.histories.history import Counts
from tests.histories.play import Played, play

# Histories are played in portions of so many: those of one seed resemble each other.
_PORTION = 40


def main() -> int:
    parser = argparse.ArgumentParser(prog="histories", description=__doc__)
    parser.add_argument("-n", "--number", type=int, default=2000, help="histories (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="the seed of the first portion (default: %(default)s)")
    parser.add_argument("--manager", action="append", choices=MANAGERS, help="only this one (may be given repeatedly)")
    parser.add_argument("--processes", type=int, default=multiprocessing.cpu_count())
    asked = parser.parse_args()
    managers = tuple(asked.manager or MANAGERS)
    portions = [min(_PORTION, asked.number - start) for start in range(0, asked.number, _PORTION)]
    total, began, failed = Counts(), time.perf_counter(), None
    with concurrent.futures.ProcessPoolExecutor(
        asked.processes, mp_context=multiprocessing.get_context("spawn")
    ) as pool:
        waiting = {
            pool.submit(play, portion, number=asked.seed + place, managers=managers): asked.seed + place
            for place, portion in enumerate(portions)
        }
        for done in concurrent.futures.as_completed(waiting):
            played: Played = done.result()
            total.add(played.counts)
            if played.failed is not None and failed is None:
                failed = waiting[done], played.failed
                for each in waiting:
                    each.cancel()
                break
            sys.stderr.write(f"\r{total.histories} histories, {total.builds} builds")
            sys.stderr.flush()
        pool.shutdown(cancel_futures=True)
    lines = ["", *_told(total, time.perf_counter() - began)]
    if failed is not None:
        number, history = failed
        lines += ["", f"The shortest history that fails (of seed {number}):", str(history)]
    sys.stdout.write("\n".join([*lines, ""]))
    return 0 if failed is None else 1


def _told(counts: Counts, seconds: float) -> list[str]:
    rows = [
        ("histories", f"{counts.histories:,}"),
        ("builds", f"{counts.builds:,}, and {counts.fresh:,} from nothing to compare with"),
        ("compared", f"{counts.compared:,} images, layer for layer"),
        ("killed", f"{counts.killed:,}"),
        ("failed", f"{counts.failed:,}, of these on full disks {counts.full:,}"),
        ("started over", f"{counts.started_over:,}"),
        *((f"layers {verb}", f"{number:,}") for verb, number in counts.by_action()),
        ("restored", f"{counts.restored:,} bytes, of which {counts.used:,} were used"),
        ("to images", f"{counts.pushed:,} bytes, lower bound {counts.bound:,}"),
        ("to caches", f"{counts.to_cache:,} bytes"),
        ("seconds", f"{seconds:.1f}"),
    ]
    width = max(len(name) for name, _ in rows)
    return [f"{name:{width}}  {text}" for name, text in rows]


if __name__ == "__main__":
    sys.exit(main())
