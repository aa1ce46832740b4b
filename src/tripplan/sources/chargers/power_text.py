"""What people write of a plug's power, as figures in kW; pure.

"50 kW", "50000 W", "2x50 kW", "up to 150 kW", "22 kW, 43 kW", "3.7-22 kW", "150kW/400A": a figure
with a unit of power counts wherever it stands, a range counts at its end, several powers are
several plugs.  A number alone is kW by custom, and its unit may be doubted (`Figure.bare`).
"""

import re
from typing import Final, NamedTuple

from tripplan.units import W_PER_KW

__all__ = ["Figure", "figures", "quantity", "volts_and_amperes"]


class Figure(NamedTuple):
    """A power that a text states."""

    power_kw: float
    """The power, kW."""
    plugs: int | None = None
    """How many plugs the text says have it; None: it does not say."""
    bare: bool = False
    """Whether it stood without a unit."""


_NUMBER: Final = r"\d{1,3}(?:[ \u00a0\u202f'\u2019]\d{3})+(?!\d)|\d{1,9}(?:[.,]\d{1,6})?"
_UNIT: Final = r"(?:k\s?w|kilo[\s-]?watts?|kva|mw|mva|mega[\s-]?watts?|w(?:atts?)?|va)"
_WITH_UNIT = re.compile(
    rf"(?<![\d.,])(?<!\de)(?P<number>{_NUMBER})\s*(?P<unit>{_UNIT})(?:/?h|p)?(?:dc|ac)?(?![a-z0-9])"
)
_UNIT_FIRST = re.compile(rf"(?<![a-z])(?P<unit>kw|kva)\s*[:=]?\s*(?P<number>{_NUMBER})(?![\d.,])")
_TIMES_BEFORE = re.compile(r"(?<![\d.,])(\d{1,3})\s*[x\u00d7*](?=[\s\d)a-z])")
_TIMES_AFTER = re.compile(r"(?<=[\sa-z(])[x\u00d7*]\s*(\d{1,3})(?![\d.,]|\s*k?w)")
_SEPARATORS = re.compile(
    r"\s*(?:[;|+&/\n]|,(?=\s)|(?<=[a-z]),|\s(?:and|und|et|y|e|en|og|och)\s)\s*"
)
_RANGE = re.compile(
    rf"(?<![\d.,])(?:{_NUMBER})\s*(?:{_UNIT})?\s*(?:-|\u2013|\u2014|\.\.\.?|\u2026|\s(?:to|bis|a|tot)\s)"
    rf"\s*(?={_NUMBER})"
)
_WORDS = re.compile(
    r"\b(?:up to|max(?:imum|imal)?|min|bis zu|bis|jusqu['\u2019]?\s?[a\u00e0]|hasta|fino a|tot|"
    r"ca|circa|approx|about|environ|je|each|per [a-z]+|pro [a-z]+|dc|ac)\b\.?|"
    r"[~\u2248<>\u2264\u2265=]"
)
_PHASES = re.compile(r"\b[13]\s*[x\u00d7*]\s*\d{1,3}\s*a(?:mps?|mperes?)?\b")
"""Phases and their current, "3 x 32 A", which are no plugs."""
_NOTHING: Final = frozenset({"", "yes", "no", "unknown", "?", "none", "various", "n/a", "-"})
_PER_KW: Final = {"k": 1.0, "w": W_PER_KW, "v": W_PER_KW, "m": 1e-3}
"""How many of a unit are one kW, by its first letter."""


def figures(text: str) -> tuple[Figure, ...] | None:
    """Read the powers that a text states.

    Parameters
    ----------
    text
        What a tag or a cell says.

    Returns
    -------
    tuple of Figure or None
        In the order of the text, shape (figures,); empty for "yes", "no" and the like; None where
        the text is about something else, or about what is no figure.
    """
    plain = text.casefold().replace("_", " ").strip()
    plain = re.sub(r"(?<=w)\s*/\s*(?:h|std|hr)\b\.?", "", plain)
    plain = _PHASES.sub(" ", plain)
    # "150,350" are two powers: nobody writes hundreds of kW with three decimals.
    plain = re.sub(r"(?<![\d.,])(\d{3}),([1-9]\d{2})(?![\d.,]|\s*w)", r"\1; \2", plain)
    if plain in _NOTHING:
        return ()
    parts = [part.strip() for part in _SEPARATORS.split(plain) if part and part.strip()]
    units = [match["unit"] for match in map(_WITH_UNIT.search, parts) if match]
    found = [figure for part in parts for figure in _of_part(part, units[-1] if units else "")]
    if found:
        return tuple(found)
    return () if all(part in _NOTHING for part in parts) else None


def quantity(text: str, unit: str) -> float | None:
    """Read a single number, with its unit or none: "400", "400 V", "32A".

    Parameters
    ----------
    text
        What a tag or a cell says.
    unit
        The unit that may stand there: "v" or "a".

    Returns
    -------
    float or None
        None where the text is anything else, such as two numbers.
    """
    match = re.fullmatch(rf"(\d{{1,5}}(?:[.,]\d{{1,3}})?)\s*{unit}?", text.strip().casefold())
    return float(match[1].replace(",", ".")) if match else None


def volts_and_amperes(text: str) -> tuple[float, float, int | None] | None:
    """Read "400 V, 32 A" or "3x32A 230V", which some write for an output.

    Parameters
    ----------
    text
        What a tag or a cell says.

    Returns
    -------
    tuple of (float, float, int or None) or None
        Volts, amperes, and three phases where "3x" stands before one of them; None where either is
        missing.
    """
    plain = text.casefold()
    volts = re.search(r"(?<![\d.,])(\d{2,4})\s*v(?:olts?)?(?![a-z])", plain)
    amperes = re.search(r"(?<![\d.,])(\d{1,4})\s*a(?:mps?|mperes?)?(?![a-z])", plain)
    if volts is None or amperes is None:
        return None
    three = re.search(r"\b3\s*(?:x|\u00d7|\*|ph)", plain)
    return float(volts[1]), float(amperes[1]), 3 if three else None


def _of_part(part: str, last_unit: str) -> list[Figure]:
    """Read what stands between two separators: one power, or none."""
    times = _TIMES_BEFORE.search(part) or _TIMES_AFTER.search(part)
    plugs = int(times[1]) if times else None
    if times:
        part = f"{part[: times.start()]} {part[times.end() :]}"
    part = _RANGE.sub("", part)
    stated = _WITH_UNIT.search(part) or _UNIT_FIRST.search(part)
    if stated and not part[: stated.start()].rstrip().endswith(("-", "\u2212")):
        return [Figure(_kw(stated["number"], stated["unit"]), plugs or None)]
    if stated:
        return []
    alone = re.fullmatch(_NUMBER, _WORDS.sub(" ", part).strip())
    if not alone:
        return []
    return [Figure(_kw(alone[0], last_unit or "kw"), plugs or None, bare=not last_unit)]


def _kw(number: str, unit: str) -> float:
    plain = re.sub(r"[ \u00a0\u202f'\u2019]", "", number)
    if unit[0] in "wv":  # nobody writes thousandths of a watt: a group of three is thousands
        plain = re.sub(r"[.,](?=\d{3}$)", "", plain)
    return float(plain.replace(",", ".")) / _PER_KW[unit[0]]
