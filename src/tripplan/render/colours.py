"""Colours that say something: one perceptually even scale for SoC, one set for power limits.

The scale is matplotlib's *plasma* (CC0), turned round and without its pale end: a full battery is
dark blue, an empty one orange.  It is even in lightness, so that it reads without colour vision.
"""

from collections.abc import Mapping

from tripplan.answer import LimitedBy

SOC_COLOURS = (
    "#fca636", "#f2844b", "#e16462", "#cc4778", "#b12a90",
    "#8f0da4", "#6a00a8", "#41049d", "#0d0887",
)  # fmt: skip
"""At SoC 0, 1/8, ... 1."""

LIMIT_COLOURS: Mapping[LimitedBy, str] = {
    "vehicle": "#0072b2",
    "charger": "#009e73",
    "temperature": "#d55e00",
}
"""From the Okabe-Ito set, which people with any colour vision can tell apart."""


def soc_colour(soc: float) -> str:
    """Return the colour of a SoC as "#rrggbb", linear between the anchors."""
    position = min(max(soc, 0.0), 1.0) * (len(SOC_COLOURS) - 1)
    below = min(int(position), len(SOC_COLOURS) - 2)
    part = position - below
    low, high = (
        [int(SOC_COLOURS[k][i : i + 2], 16) for i in (1, 3, 5)] for k in (below, below + 1)
    )
    mixed = (round(a + (b - a) * part) for a, b in zip(low, high, strict=True))
    return "#" + "".join(f"{channel:02x}" for channel in mixed)
