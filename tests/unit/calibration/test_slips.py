"""Slips of the pen in logs of an independent formula; `python -m validation.slips` takes 2,000."""

import tracemalloc
from pathlib import Path

from validation import slips


def test_no_slip_leads_a_fit_astray(tmp_path: Path) -> None:
    """No value is off by more than 15 %, or the log is refused; each run is small."""
    seen = set()
    for seed in range(12):
        case = slips.made(seed)
        seen.add(case.slip)
        sound = slips.fitted(case.rows, tmp_path)
        assert sound is not None, seed
        tracemalloc.start()
        spoilt = slips.fitted(case.spoilt, tmp_path)
        assert tracemalloc.get_traced_memory()[1] < 1e9, seed
        tracemalloc.stop()
        if spoilt is not None:
            moved = slips.moved_by(sound.vehicle, spoilt.vehicle)
            assert max(moved.values()) < 0.15, (seed, case.slip, moved)
    assert len(seen) > 5
