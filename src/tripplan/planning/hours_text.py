"""Opening hours as texts: the specification's meaning in words that the parser takes; pure.

OpenStreetMap's specification has comments without a modifier mean "unknown", and the time after an
open end is unknown, too; the parser takes both for open.  It takes a fallback for a rule that holds
all day, hence fallbacks are parted here and applied by `opening_hours`.
"""

import re
from collections.abc import Callable
from typing import Final

OPEN_END_H: Final = 8
"""So long after the last time of an open end it may still be open (an assumption)."""

_QUOTED: Final = r'"[^"]*"'
_COMMENT: Final = re.compile(rf"(?:\b(open|closed|off|unknown)\s*)?({_QUOTED})", re.IGNORECASE)
_OUTSIDE: Final = rf"(?:[^\"]|{_QUOTED})*?"
_DAY: Final = r"(?:Mo|Tu|We|Th|Fr|Sa|Su|PH|SH)"
_DAYS: Final = re.compile(rf"^{_DAY}(?:\s*[-,]\s*{_DAY})*\b")
_SCHOOL: Final = re.compile(r"^SH\b(?!\s*,)")
_TIME: Final = r"(?:\d{1,2}:\d{2}|sunrise|sunset|dawn|dusk|\([^)]*\))"
_TIMES: Final = re.compile(
    rf"(?<![\w:]){_TIME}(?:\s*-\s*{_TIME})?\+?(?!\d)"
    rf"(?:\s*,\s*{_TIME}(?:\s*-\s*{_TIME})?\+?(?!\d))*"
)
_FURTHER: Final = re.compile(
    rf",\s*(?={_DAY}|\d{{4}}\b|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b)"
)
_MINUTES_PER_DAY: Final = 1440


def fallbacks(text: str) -> list[str]:
    """Part hours at "||": where the first is closed the second counts, and so on.

    Parameters
    ----------
    text
        Opening hours.
    """
    return _parted(text, "||")


def as_specified(text: str, parses: Callable[[str], bool]) -> str | None:
    """Put hours into words that mean to the parser what the specification says.

    Parameters
    ----------
    text
        Opening hours without fallbacks.
    parses
        Tells whether the parser takes a text.

    Returns
    -------
    str or None
        The hours; a rule that is not understood makes the days that it names unknown.  None where
        it names none.
    """
    rules = []
    for rule in _parted(text, ";"):
        if not rule.strip():
            continue
        plain = _open_ends(_unknown_comments(_tidied(rule.strip())))
        if not parses(plain):
            days = _DAYS.match(plain)
            if days is None:
                return None
            plain = f"{days[0]} unknown"
        rules.append(plain)
    return "; ".join(rules) or None


def _tidied(rule: str) -> str:
    """Mend what is written so often that its meaning is plain: dashes, 24h, 23:59 for midnight."""
    if re.fullmatch(r"24\s?h(?:ours|rs)?|24x7|24/24", rule, re.IGNORECASE):
        return "24/7"
    plain = re.sub(r"(?<=\w)\s*[-\u2013\u2014]\s*(?=[\w(])", "-", rule)
    return re.sub(r"-23:59\b", "-24:00", plain)


def without_school_holidays(text: str) -> str:
    """Leave out what is for school holidays, which the parser takes for every day.

    Parameters
    ----------
    text
        Opening hours without fallbacks.
    """
    rules = [rule.strip() for rule in _parted(text, ";")]
    kept = [re.sub(r",\s*SH\b|\bSH\s*,\s*", "", rule) for rule in rules if not _SCHOOL.match(rule)]
    return "; ".join(kept) or "off"


def _parted(text: str, separator: str) -> list[str]:
    """Split a text at a separator that is not inside quotes."""
    parts: list[str] = []
    rest = text
    while True:
        match = re.match(rf"({_OUTSIDE}){re.escape(separator)}", rest)
        if match is None:
            return [*parts, rest]
        parts.append(match[1])
        rest = rest[match.end() :]


def _unknown_comments(rule: str) -> str:
    """Write "unknown" before a comment that has no modifier."""
    return _COMMENT.sub(lambda m: m[0] if m[1] else f"unknown {m[2]}", rule)


def _open_ends(rule: str) -> str:
    """Write the time after an open end as a rule of its own, for unknown."""
    if not re.search(r"\+(?!\d)", re.sub(_QUOTED, "", rule)):
        return rule
    written: list[str] = []
    for piece in _FURTHER.split(rule):
        times = _TIMES.search(piece)
        if times is None or "+" not in times[0] or re.search(r"\b(?:off|closed)\b", piece):
            written.append(piece)
            continue
        # Without days a further rule would be read as further times of the one before.
        selector = piece[: times.start()].strip() or "Mo-Su"
        modifier = piece[times.end() :].strip()
        spans = [span.strip() for span in times[0].split(",")]
        # Of rules that overlap the later counts: what is sure comes after what is not.
        ends = [_with_end(span) for span in spans if span.endswith("+")]
        written.append(f"{selector} {','.join(ends)} unknown".strip())
        sure = [span.rstrip("+") for span in spans if "-" in span or not span.endswith("+")]
        if sure:
            written.append(f"{selector} {','.join(sure)} {modifier}".strip())
    return ", ".join(written)


def _with_end(span: str) -> str:
    """Return an open end's span to the end of the day, and for some hours after it at least."""
    begin, _, end = span.rstrip("+").rpartition("-")
    first, last = begin.strip() or end.strip(), end.strip()
    minutes = _minutes(last)
    if minutes is None:
        return f"{first}-24:00"
    opened = _minutes(first)
    if begin and opened is not None and minutes <= opened:
        minutes += _MINUTES_PER_DAY
    until = max(_MINUTES_PER_DAY, minutes + 60 * OPEN_END_H)
    return f"{first}-{until // 60:02d}:{until % 60:02d}"


def _minutes(clock: str) -> int | None:
    match = re.match(r"^(\d{1,2}):(\d{2})$", clock)
    return 60 * int(match[1]) + int(match[2]) if match else None
