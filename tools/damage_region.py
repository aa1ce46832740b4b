"""Damage a region in many ways, and see that each is told, or that nothing has changed.

    python tools/damage_region.py --flips 2000 --cuts 500 --seed 1

A region is written, one bit of one of its files is flipped or the file is cut off somewhere, and
the region is opened.  Either that is refused with the file's name, or all that was opened equals
what was written, bit by bit, so that no plan can differ.  Files take turns, small ones as often as
large ones.
Ends with 1 if anything else happens.
"""

import argparse
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tripplan.errors import DataError
from tripplan.records.network import COLUMNS
from tripplan.records.region import Region
from tripplan.sources.starter import load_starter
from tripplan.sources.store import load_region, save_region


def everything(region: Region) -> list[object]:
    """Return all that a region holds, to compare."""
    arrays = [getattr(region.network, name) for name in COLUMNS]
    arrays += [region.chargers.node, *([] if region.order is None else [region.order])]
    if region.water is not None:
        arrays += [region.water.first, region.water.lat, region.water.lon]
    return [
        *(array.tobytes() for array in arrays),
        repr(region.chargers.chargers),
        repr(region.gazetteer.entries),
        repr(region.gazetteer.area_names),
        repr((region.name, region.network.access_rules, region.assumptions)),
        repr(region.provenance),
    ]


def flipped(content: bytes, chance: random.Random) -> bytes:
    """Return a content with one bit turned over."""
    spoilt = bytearray(content)
    spoilt[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    return bytes(spoilt)


def cut(content: bytes, chance: random.Random) -> bytes:
    """Return a content that ends too early."""
    return content[: chance.randrange(len(content))]


def outcome(folder: Path, file: Path, wanted: list[object]) -> str:
    """Open a damaged region; return what came of it."""
    try:
        found = everything(load_region(folder))
    except DataError as error:
        return "told" if file.name in str(error) else f"told without the name: {error}"
    except Exception as error:  # noqa: BLE001 - what must not happen is what is looked for
        return f"escaped: {type(error).__name__}: {error}"
    return "nothing changed" if found == wanted else "CHANGED WITHOUT A WORD"


def main() -> int:
    """Damage, open, count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--flips", type=int, default=2000)
    parser.add_argument("--cuts", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    chance = random.Random(asked.seed)  # noqa: S311 - not for secrets
    counts: Counter[tuple[str, str]] = Counter()
    with tempfile.TemporaryDirectory() as work:
        folder = save_region(load_starter(), Path(work) / "region")
        wanted = everything(load_region(folder))
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        for kind, damaged, times in (("flip", flipped, asked.flips), ("cut", cut, asked.cuts)):
            for number in range(times):
                file = files[number % len(files)]
                whole = file.read_bytes()
                file.write_bytes(damaged(whole, chance))
                counts[kind, outcome(folder, file, wanted)] += 1
                file.write_bytes(whole)
    for (kind, what), times in sorted(counts.items()):
        print(f"{kind}: {times} {what}")
    return int(any(what not in {"told", "nothing changed"} for _, what in counts))


if __name__ == "__main__":
    sys.exit(main())
