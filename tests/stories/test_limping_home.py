"""Who limps home slowly is told that he arrives: the forum's LEAF over the Rockies, uncharged."""

from typing import Any

import pytest

import tripplan
from tests.samples.starter import ILLUSTRATIVE

ENDS = ("Denver, CO", "Grand Junction, CO")


def test_the_slower_the_more_is_left() -> None:
    """No charging at all: at 65 km/h short of the reserve, then more with each step down."""
    asked: dict[str, Any] = {"vehicle": "nissan-leaf-40", "departure_soc": 1.0, "most_stops": 0}
    with pytest.raises(tripplan.OutOfRangeError, match="max_speed_kmh"):
        tripplan.plan(*ENDS, **asked, region=ILLUSTRATIVE)
    left = [
        tripplan.plan(*ENDS, **asked, max_speed_kmh=cap, region=ILLUSTRATIVE).legs[-1].arrival_soc
        for cap in (55, 50, 45)
    ]
    assert left == sorted(left)
    assert left[0] > 0.1
