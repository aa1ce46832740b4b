"""Slips of the pen in logs of an independent formula; `python -m validation.slips` takes 2,000."""

import resource
import time
from pathlib import Path

from validation import slips


def test_no_slip_leads_a_fit_astray(tmp_path: Path) -> None:
    """No value is off by more than 15 %, or the log is refused; each run is quick and small."""
    seen = set()
    for seed in range(12):
        case = slips.made(seed)
        seen.add(case.slip)
        sound = slips.fitted(case.rows, tmp_path)
        assert sound is not None, seed
        start = time.perf_counter()
        spoilt = slips.fitted(case.spoilt, tmp_path)
        assert time.perf_counter() - start < 20.0
        if spoilt is not None:
            moved = slips.moved_by(sound.vehicle, spoilt.vehicle)
            assert max(moved.values()) < 0.15, (seed, case.slip, moved)
    assert len(seen) > 5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 1024 * 1024
