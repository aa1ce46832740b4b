"""Nodes that cost time, signals and stop signs, and in which direction of driving they do.

Pure: tags in, meaning out.  A stop sign stands before a junction and is meant for those who drive
towards it; where its tags do not say for whom, the nearer junction tells.
"""

from collections.abc import Mapping
from typing import Final

NODE_DELAYS_S: Final = {"traffic_signals": 6.0, "stop": 5.0, "mini_roundabout": 3.0}
"""Expected time lost at a node, seconds (docs/models/speeds.md)."""

BOTH_WAYS: Final = 0
"""Who drives along the way and who drives against it, ..."""
ALONG: Final = 1
"""... only who drives along it, ..."""
AGAINST: Final = 2
"""... only who drives against it, ..."""
TO_JUNCTION: Final = 3
"""... or who drives towards the nearer junction."""

_SENSES: Final = {"both": BOTH_WAYS, "forward": ALONG, "backward": AGAINST}


def delay_sense(tags: Mapping[str, str]) -> int:
    """Tell whom a node delays.

    Parameters
    ----------
    tags
        Tags of a node of a kind in `NODE_DELAYS_S`.

    Returns
    -------
    int
        `BOTH_WAYS`, `ALONG`, `AGAINST`, or `TO_JUNCTION` for stop signs that do not say.
    """
    kind = tags.get("highway", "")
    keys = (f"{kind}:direction", "traffic_sign:direction", "direction")
    told = (tags[key].strip().casefold() for key in keys if key in tags)
    sense = next((_SENSES[word] for word in told if word in _SENSES), None)
    if sense is not None and kind != "mini_roundabout":
        return sense
    return TO_JUNCTION if kind == "stop" else BOTH_WAYS
