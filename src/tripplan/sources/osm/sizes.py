"""Signs on sizes and weight that keep an ordinary car off a road: maxheight, maxwidth and so on."""

import re
from collections.abc import Mapping
from typing import Final

from tripplan.sources.conditions import CAR
from tripplan.units import M_PER_KM

_KG_PER_LB: Final = 0.45359237
_M_PER_INCH: Final = 0.0254
_INCHES_PER_FOOT: Final = 12.0
_WIDTH_M: Final = 1.9
"""Width without mirrors, which such signs do not count everywhere (an assumption: that of a large
car, as OSRM and Valhalla have it)."""
_OWN: Final = {
    "maxheight": CAR["height"],
    "maxwidth": _WIDTH_M,
    "maxlength": CAR["length"],
    "maxweight": CAR["weight"],
}
SIZE_KEYS: Final = frozenset(_OWN)
_FIGURE: Final = re.compile(r"(\d+(?:[.,]\d+)?)\s*([a-z]*)\.?", re.IGNORECASE)
_FEET: Final = re.compile(r"(\d+)\s*(?:'|ft)\s*(?:(\d+(?:\.\d+)?)\s*(?:\"|''|in)?)?", re.IGNORECASE)
_LENGTHS_M: Final = {"": 1.0, "m": 1.0, "cm": 0.01, "mm": 0.001, "km": M_PER_KM}
_WEIGHTS_T: Final = {
    "": 1.0,
    "t": 1.0,
    "kg": 1e-3,
    "st": 2000.0 * _KG_PER_LB * 1e-3,
    "lt": 2240.0 * _KG_PER_LB * 1e-3,
    "lbs": _KG_PER_LB * 1e-3,
    "lb": _KG_PER_LB * 1e-3,
}


def too_large(tags: Mapping[str, str | None]) -> bool:
    """Whether a sign on a road keeps an ordinary car (`access.CAR`) off it.

    Parameters
    ----------
    tags
        The tags of a way or of a barrier; values such as "default" and "below_default" keep no car
        off.
    """
    for key in SIZE_KEYS & tags.keys():
        limit = stated_size(key, tags[key] or "")
        if limit is not None and limit < _OWN[key]:
            return True
    return False


def stated_size(key: str, text: str) -> float | None:
    """Read a size or weight; metres, or tonnes for maxweight; None: it states none.

    Parameters
    ----------
    key
        One of `SIZE_KEYS`.
    text
        Its value: "2.1", "2,1 m", "6 ft 7 in", "3.5 t", "6000 lbs"; of a list the least counts.
    """
    found = [_one(key, part.strip()) for part in text.split(";")]
    known = [size for size in found if size is not None and size > 0.0]
    return min(known, default=None)


def _one(key: str, text: str) -> float | None:
    feet = _FEET.fullmatch(text) if key != "maxweight" else None
    if feet:
        return (float(feet[1]) * _INCHES_PER_FOOT + float(feet[2] or 0.0)) * _M_PER_INCH
    figure = _FIGURE.fullmatch(text)
    units = _WEIGHTS_T if key == "maxweight" else _LENGTHS_M
    if figure is None or figure[2].casefold() not in units:
        return None
    return float(figure[1].replace(",", ".")) * units[figure[2].casefold()]
