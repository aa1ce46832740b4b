"""What people write of a plug's power, as figures in kW; pure.

"50 kW", "50000 W", "2x50 kW", "up to 150 kW", "22 kW, 43 kW", "3.7-22 kW", "150kW/400A": a figure
with a unit of power counts wherever it stands, a range and a choice ("11 or 22 kW") count at their
low side, several powers are several plugs.  A number alone is kW by custom, and its unit may be
doubted (`Figure.bare`).
"""

import re
from typing import Final, Literal, NamedTuple
from unicodedata import normalize

from tripplan.units import W_PER_KW

__all__ = ["Current", "Figure", "figures", "quantity", "volts_and_amperes"]

Kind = Literal["ac", "dc", ""]


class Figure(NamedTuple):
    """A power that a text states."""

    power_kw: float
    """The power, kW."""
    plugs: int | None = None
    """How many plugs the text says have it; None: it does not say."""
    bare: bool = False
    """Whether it stood without a unit."""
    kind: Kind = ""
    """Whose current it is, by "AC", "DC" or a kind of plug beside it; "": nothing says it."""


class Current(NamedTuple):
    """Volts, amperes and phases that a text states in place of a power."""

    voltage_v: float | None
    """Volts; None: not stated."""
    current_a: float
    """Amperes."""
    phases: int | None
    """1 or 3; None: not stated."""


_NUMBER: Final = r"\d{1,3}(?:[ \u00a0\u202f'\u2019]\d{3})+(?!\d)|\d{1,9}(?:[.,]\d{1,6})?"
_UNIT: Final = r"(?:k\s?w|kilo[\s-]?watts?|kva|mw|mva|mega[\s-]?watts?|w(?:atts?)?|va)"
_WITH_UNIT = re.compile(
    rf"(?<![\d.,])(?<!\de)(?P<number>{_NUMBER})\s*(?P<unit>{_UNIT})(?:/?h|p)?(?:dc|ac)?(?![a-z0-9])"
)
_UNIT_FIRST = re.compile(rf"(?<![a-z])(?P<unit>kw|kva)\s*[:=]?\s*(?P<number>{_NUMBER})(?![\d.,])")
_TIMES_BEFORE = re.compile(r"(?<![\d.,])(\d{1,3})\s*[x\u00d7*](?=[\s\d)a-z])")
_TIMES_AFTER = re.compile(r"(?:^|(?<=[\sa-z(]))[x\u00d7*]\s*(\d{1,3})(?![\d.,]|\s*k?w)")
_SEPARATORS = re.compile(
    r"\s*(?:[;|+&/\n]|,(?=\s)|(?<=[a-z]),|\s(?:and|und|et|y|e|en|og|och)\s)\s*"
)
_ALTERNATIVE: Final = r"\s(?:to|bis|a|\u00e0|tot|do|till|or|oder|ou|of|eller|lub|nebo)\s"
_RANGE = re.compile(
    rf"(?<![\d.,])(?P<low>{_NUMBER})\s*(?P<unit>{_UNIT})?"
    rf"\s*(?:-|\u2013|\u2014|\.\.\.?|\u2026|{_ALTERNATIVE})\s*"
    rf"(?P<high>{_NUMBER})(?:\s*(?P<last>{_UNIT})(?![a-z]))?"
)
"""Two ends, or two that may be chosen of."""
_WORDS = re.compile(
    r"\b(?:up to|max(?:imum|imal)?|min|bis zu|bis|jusqu['\u2019]?\s?[a\u00e0]|hasta|fino a|tot|"
    r"ca|circa|approx|about|environ|je|each|per [a-z]+|pro [a-z]+|dc|ac)\b\.?|"
    r"[~\u2248<>\u2264\u2265=]"
)
_AMPERES: Final = r"(?<![\d.,])(\d{1,4}(?:[.,]\d)?)\s*a(?:mps?|mperes?|mp\u00e8res?)?(?![a-z])"
_VOLTS: Final = r"(?<![\d.,])(\d{2,4})\s*v(?:olts?|ac|dc)?(?![a-z])"
_PHASES = re.compile(rf"\b[13]\s*[x\u00d7*]\s*(?={_AMPERES}){_AMPERES}")
"""Phases and their current, "3 x 32 A", which are no plugs."""
_BOTH_VOLTS = re.compile(r"(?<![\d.,])\d{3}\s*v?\s*/\s*(?=\d{3}\s*v(?:olts?)?(?![a-z]))")
"""The lower of the two voltages of three phases: "230/400 V"."""
_ONE_OR_THREE: Final = {
    3: re.compile(
        r"\b3\s*(?:n\s*)?(?:[x\u00d7*~\u223f]|-?\s?ph|-?\s?fas|-?\s?p\b|-?\s?f\u00e1z)|\b3p\b|\bthree[\s-]?ph|"
        r"\bdrei?phas|\bdriefas|\btri(?:f|ph)[a\u00e1]s|\btrefas|\btr\u00f3jfaz|\bt\u0159\u00edf\u00e1z"
    ),
    1: re.compile(
        r"\b1\s*(?:n\s*)?(?:[x\u00d7*~\u223f]|-?\s?ph|-?\s?fas|-?\s?p\b|-?\s?f\u00e1z)|\b(?:single|one)[\s-]?ph|"
        r"\beinphas|\beenfas|\bmono(?:f|ph)[a\u00e1]s|\benfas|\bjednofaz|\bjednof\u00e1z"
    ),
}
"""Words for the number of phases."""
_BOTH_KINDS = re.compile(r"(?<![a-z])ac\s*[/+&-]?\s*dc(?![a-z])(?!\s*:?\s*\d)")
_KINDS: Final[dict[Kind, re.Pattern[str]]] = {
    "dc": re.compile(r"(?<![a-z])(?:dc|ccs|combo|chademo|gleichstrom)(?![a-z])|(?<=w)dc\b"),
    "ac": re.compile(
        r"(?<![a-z])(?:ac|typ[e2]?\s?[12]|mennekes|wechselstrom|drehstrom)(?![a-z])|(?<=w)ac\b"
    ),
}
_UNITS: Final = (
    ("\u043a\u0432\u0442", "kw"),
    ("\u0432\u0442", "w"),
    ("\u03baw", "kw"),
    ("\u30ad\u30ed\u30ef\u30c3\u30c8", "kw"),
    ("\u5343\u74e6", "kw"),
    ("\ud0ac\ub85c\uc640\ud2b8", "kw"),
)
"""Units in other scripts: Russian, a Greek kappa for a k, Japanese, Chinese, Korean."""
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
    plain = _plain(text)
    plain = re.sub(r"(?<=w)\s*/\s*(?:h|std|hr)\b\.?", "", plain)
    electric = _current(plain)
    plain = _BOTH_KINDS.sub(" ", _PHASES.sub(" ", _BOTH_VOLTS.sub("", plain)))
    # "250+ kW" and "22-kW" are a figure and its unit.
    plain = re.sub(rf"(?<=\d)\s*[+-]\s*(?={_UNIT}(?![a-z]))", " ", plain)
    # "150,350" are two powers: nobody writes hundreds of kW with three decimals.
    plain = re.sub(r"(?<![\d.,])(\d{3}),([1-9]\d{2})(?![\d.,]|\s*w)", r"\1; \2", plain)
    if plain in _NOTHING:
        return ()
    parts = [part.strip() for part in _SEPARATORS.split(plain) if part and part.strip()]
    units = [match["unit"] for match in map(_WITH_UNIT.search, parts) if match]
    found = [figure for part in parts for figure in _of_part(part, units[-1] if units else "")]
    if electric and all(figure.bare for figure in found):
        return None
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


def volts_and_amperes(text: str) -> Current | None:
    """Read "400 V, 32 A", "3x32A" or "400V 3~ 32A", which some write for an output.

    Parameters
    ----------
    text
        What a tag or a cell says.

    Returns
    -------
    Current or None
        None where no amperes are stated.
    """
    return _current(_plain(text))


def _plain(text: str) -> str:
    """Return a text in small letters, with its units in Latin ones."""
    plain = normalize("NFKC", text).casefold()
    for word, unit in _UNITS:
        plain = plain.replace(word, unit)
    return plain.replace("_", " ").strip()


def _current(plain: str) -> Current | None:
    amperes = re.search(_AMPERES, plain)
    if amperes is None:
        return None
    volts = re.search(_VOLTS, _BOTH_VOLTS.sub("", plain))
    phases = [number for number, words in _ONE_OR_THREE.items() if words.search(plain)]
    return Current(
        float(volts[1]) if volts else None,
        float(amperes[1].replace(",", ".")),
        phases[0] if len(phases) == 1 else None,
    )


def _low_side(found: "re.Match[str]") -> str:
    """Write a range as its lower end with the range's unit; one from nothing as its upper end."""
    last = found["last"] or ""
    unit = found["unit"] or last
    low, high = found["low"], found["high"]
    if unit and last and _kw(low, unit) > _kw(high, last):
        return found[0][found.start("high") - found.start() :]
    return f"{high} {last}" if not float(low.replace(",", ".").split()[0]) else f"{low} {unit}"


def _kind(part: str) -> Kind:
    kinds = [kind for kind, words in _KINDS.items() if words.search(part)]
    return kinds[0] if len(kinds) == 1 else ""


def _of_part(part: str, last_unit: str) -> list[Figure]:
    """Read what stands between two separators: one power, or none."""
    times = _TIMES_BEFORE.search(part) or _TIMES_AFTER.search(part)
    plugs = int(times[1]) if times else None
    if times:
        part = f"{part[: times.start()]} {part[times.end() :]}"
    part = _RANGE.sub(_low_side, part)
    stated = _WITH_UNIT.search(part) or _UNIT_FIRST.search(part)
    if stated and not part[: stated.start()].rstrip().endswith(("-", "\u2212")):
        return [Figure(_kw(stated["number"], stated["unit"]), plugs or None, kind=_kind(part))]
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
