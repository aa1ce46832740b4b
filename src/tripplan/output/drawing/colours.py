"""Colours that say something: one perceptually even scale for each quantity, one set for limits.

The scales of speed, temperature and height are matplotlib's *cividis*, *inferno* and *viridis* (all
CC0), without their palest ends.  Each is even in lightness, so that it reads without colour vision
and in print.  That of charge is our own: red where it is low, and from yellow to dark blue above.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tripplan.records.plan import LimitedBy

LOW_SOC = 0.1
"""A charge below this is low: the route is red there, and wider. An assumption."""
SOC_COLOURS = (
    "#dc0f1e", "#dc0f1e", "#fdc328", "#f3a878", "#dd8bab", "#bb6cc0",
    "#934ec4", "#6d35ba", "#4c21a6", "#2d1394", "#0d0887",
)  # fmt: skip
"""At SoC 0, 1/10, ... 1: red to `LOW_SOC`, yellow at 20 %, and darker with charge to a dark blue.

What has the red's lightness is blue to every kind of colour vision, since the scale turns from
yellow to pink while it is still light.
"""
VALUE_COLOURS = (
    "#00224e", "#1a386f", "#434e6c", "#61656f", "#7d7c78",
    "#9b9476", "#bcae6c", "#dec958", "#fee838",
)  # fmt: skip
"""For any other value: *cividis*, which looks nearly the same with and without red-green vision."""
_HEAT_COLOURS = (
    "#2b0b57", "#540f6d", "#7a1d6d", "#a02a63", "#c43c4e",
    "#e25734", "#f57d15", "#fca80d", "#f6d746",
)  # fmt: skip
_HEIGHT_COLOURS = (
    "#440154", "#472a7a", "#3d4e8a", "#2e6e8e", "#238a8d",
    "#22a785", "#4ac16d", "#8ed645", "#dfe318",
)  # fmt: skip


@dataclass(frozen=True)
class Scale:
    """How the route is coloured by one quantity."""

    key: str
    """The quantity's column in the page's track."""
    title: str
    colours: Sequence[str]
    """From the lowest value to the highest, evenly."""
    danger: float | None = None
    """Below this the route is drawn wider, too; None: nowhere."""


SCALES = (
    Scale("soc", "Battery charge", SOC_COLOURS, LOW_SOC),
    Scale("speed", "Speed", VALUE_COLOURS),
    Scale("pack", "Battery temperature", _HEAT_COLOURS),
    Scale("height", "Elevation", _HEIGHT_COLOURS),
)

LIMIT_COLOURS: Mapping[LimitedBy, str] = {
    "vehicle": "#0072b2",
    "charger": "#009e73",
    "temperature": "#d55e00",
}
"""From the Okabe-Ito set, which people with any colour vision can tell apart."""


def soc_colour(soc: float) -> str:
    """Return the colour of a SoC as "#rrggbb"."""
    return blended(SOC_COLOURS, soc)


def blended(colours: Sequence[str], part: float) -> str:
    """Return the colour at a part of a scale, 0 to 1, as "#rrggbb", linear between the anchors."""
    position = min(max(part, 0.0), 1.0) * (len(colours) - 1)
    below = min(int(position), len(colours) - 2)
    between = position - below
    low, high = ([int(colours[k][i : i + 2], 16) for i in (1, 3, 5)] for k in (below, below + 1))
    mixed = (round(a + (b - a) * between) for a, b in zip(low, high, strict=True))
    return "#" + "".join(f"{channel:02x}" for channel in mixed)


def ink_on(colour: str) -> str:
    """Return black or white, whichever is the easier to read on "#rrggbb".

    By the contrast of WCAG 2.1, which is at least 4.5 for the better of both on any ground.
    """
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (int(colour[k : k + 2], 16) / 255.0 for k in (1, 3, 5))
    ]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#000000" if (luminance + 0.05) / 0.05 > 1.05 / (luminance + 0.05) else "#ffffff"
