"""Hands a million inputs to all that reads what strangers wrote: ``make fuzz N=1000000 SEED=0``."""

import argparse
import concurrent.futures
import multiprocessing
import sys
import time

from tests.fuzz.play import Played, play
from tests.fuzz.readers import READERS

_PORTION = 5_000


def main() -> int:
    parser = argparse.ArgumentParser(prog="fuzz", description=__doc__)
    parser.add_argument("-n", "--number", type=int, default=1_000_000, help="inputs (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="the number of the first input (default: %(default)s)")
    parser.add_argument("--processes", type=int, default=multiprocessing.cpu_count())
    asked = parser.parse_args()
    last = asked.seed + asked.number
    portions = [(start, min(start + _PORTION, last)) for start in range(asked.seed, last, _PORTION)]
    began, inputs, slowest = time.perf_counter(), 0, (0.0, "", 0)
    faults: list[Played] = []
    with concurrent.futures.ProcessPoolExecutor(
        asked.processes, mp_context=multiprocessing.get_context("spawn")
    ) as pool:
        for played in pool.map(play, *zip(*portions, strict=True)):
            inputs, slowest = inputs + played.inputs, max(slowest, played.slowest)
            faults += [played] if played.fault else []
            sys.stderr.write(f"\r{inputs:,} inputs, {len(faults)} faults")
            sys.stderr.flush()
    seconds, name, number = slowest
    sys.stdout.write(
        f"\n{inputs:,} inputs for {len(READERS)} readers in {time.perf_counter() - began:.0f} s; "
        f"the slowest took {seconds:.2f} s ({name}, number {number})\n"
    )
    for fault in (played.fault for played in faults if played.fault):
        sys.stdout.write(f"\n{fault.reader}, number {fault.number}: {fault.raw[:300]!r}\n{fault.raised}\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
