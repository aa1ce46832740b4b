"""Run the fuzzer: python -m tests.fuzz -n 10000 --seed 7 [reader ...]."""

import argparse
import faulthandler
import resource
import sys
from pathlib import Path

from tests.fuzz.run import TARGETS, run

MOST_BYTES = 6 << 30


def main() -> int:
    """Run, print what was found; 1 if anything was."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("-n", type=int, default=1000, help="executions of each target")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="folder for what was found")
    parser.add_argument("targets", nargs="*", choices=[*TARGETS, []])
    asked = parser.parse_args()
    faulthandler.enable()
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    total = escapes = 0
    for name in asked.targets or TARGETS:
        found = run(name, asked.n, asked.seed, asked.keep)
        total, escapes = total + asked.n, escapes + sum(found.escapes.values())
        print(found, flush=True)  # noqa: T201
    print(f"{total:,} executions, {escapes} escapes")  # noqa: T201
    return int(escapes > 0)


if __name__ == "__main__":
    sys.exit(main())
