"""Opening hours in American prose, in OpenStreetMap's syntax; pure text to text.

What speaks of hours and is not understood makes the days that it names unknown, or all of them;
what does not speak of hours ("bring your own cable") is passed over.
"""

import re
from typing import Final

ALWAYS: Final = "24/7"
DAYS: Final = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
DAY_OF: Final = dict(
    zip(
        ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
        DAYS,
        strict=True,
    )
)
"""Days by their English names in small letters."""
_EVERY_DAY: Final = frozenset(range(7))
_DAY_OF: Final = {
    name: index
    for index, names in enumerate(
        (
            "m mo mon monday mondays",
            "t tu tue tues tuesday tuesdays",
            "w we wed weds wednesday wednesdays",
            "th thu thur thurs thursday thursdays",
            "f fr fri friday fridays",
            "sa sat saturday saturdays",
            "su sun sunday sundays",
        )
    )
    for name in names.split()
}
_GROUPS: Final = {
    "daily": _EVERY_DAY,
    "every day": _EVERY_DAY,
    "everyday": _EVERY_DAY,
    "7 days a week": _EVERY_DAY,
    "seven days a week": _EVERY_DAY,
    "7 days": _EVERY_DAY,
    "weekdays": frozenset(range(5)),
    "weekday": frozenset(range(5)),
    "weekends": frozenset((5, 6)),
    "weekend": frozenset((5, 6)),
}
_NAMES: Final = "|".join(sorted({*_DAY_OF, *_GROUPS}, key=len, reverse=True))
_DAY: Final = rf"\b(?:{_NAMES})\b\.?"
_JOIN: Final = r"\s*(?:-|to|through|thru|,|&|/|and)\s*"
_DAY_LIST: Final = rf"{_DAY}(?:{_JOIN}{_DAY})*"
_AT: Final = r"(?:\d{1,2}(?::\d{2})?\s*[ap]m?(?![a-z])|sunrise|sunset|dawn|dusk)"
_SPAN: Final = rf"{_AT}\s*(?:-|to|until|till)\s*{_AT}"
_TIMES: Final = rf"(?:{_SPAN}(?:\s*(?:,|&|and)\s*{_SPAN})*|24\s?(?:-?\s?hours?|hrs?|h)\b|closed)"
_DAYS_FIRST = re.compile(rf"^(?P<days>{_DAY_LIST})\s*:?\s*(?P<times>{_TIMES})$")
_TIMES_FIRST = re.compile(rf"^(?P<times>{_TIMES})\s*,?\s*(?:on\s+)?(?P<days>{_DAY_LIST})$")
_ALWAYS = re.compile(
    r"^(?:24\s?(?:[/x]\s?7|-?\s?hours?|hrs?)|around the clock)"
    r"(?:\s*(?:daily|a day|per day|every day|everyday|7 days a week|7 days|/\s?7|access|public))*$"
)
_LEAD = re.compile(
    r"^(?:is |always )?(?:open|available|accessible|"
    r"(?:store|park|garage|business|library|lot|site|mall|office)?\s?hours(?: are| of operation)?)"
    r"\s*:?\s+"
)
_HOLIDAYS_OFF = re.compile(
    r"^(?:(?:closed|except|excluding)(?: on| for)?(?: all)?"
    r"(?: major| federal| public| state| bank)* holidays|"
    r"(?:major |federal |public )?holidays closed)$"
)
_SOME_HOLIDAYS = re.compile(
    r"^(?:closed|except|excluding|reduced hours)(?: on| for)?"
    r"(?:[ ,&]*(?:and |or )?(?:thanksgiving|christmas|new year'?s?|easter|independence|labor|"
    r"memorial|some holidays|most holidays)(?: day| eve)?)+$"
)
_ABOUT_HOURS = re.compile(
    r"\d\s*[ap]m\b|\b\d{1,2}:\d{2}\b|\bhours\b|\bclosed\b|\bdaily\b|\bdawn\b|\bdusk\b|\bsunrise\b|"
    r"\bsunset\b|\bappointment\b|\bseasonal|\b(?:summer|winter|spring|fall|season)\b|\bovernight\b|"
    r"\bweek(?:day|end)s?\b|\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b|\bm-f\b|\bnights?\b|"
    r"\b(?:mon|tues?|wed|thu|thurs?|fri|sat|sun)\b|"
    r"\bdaytime\b|\bdaylight\b|\bholidays?\b"
)
_NOT_HOURS = re.compile(
    r"^please (?:check|see|visit)\b|"
    r"\b\d+[\s-]*h(?:ou)?rs?\.?\s+(?:time|parking|max|limit|charging|free)|"
    r"\b(?:guests|customers) only\b|\bafter[ -]hours\b.*\bpay\b|\bovernight guests\b"
)
_MINUTES_PER_DAY: Final = 1440


def from_american(note: str) -> str | None:
    """Read AFDC's hours: "24 hours daily; ...", "8am-5pm daily", "Mon 6:00am - 11:59pm; Tue ...".

    Parameters
    ----------
    note
        Clauses separated by semicolons or full stops.

    Returns
    -------
    str or None
        Opening hours; None if none are stated, or if words about hours are not understood.
    """
    rules: dict[frozenset[int], list[str]] = {}
    holidays = ""
    for clause in _clauses(note):
        if _HOLIDAYS_OFF.match(clause):
            holidays = "; PH off"
            continue
        if _SOME_HOLIDAYS.match(clause):
            holidays = holidays or "; PH unknown"
            continue
        found = _clause(clause)
        if found is None:
            if not _ABOUT_HOURS.search(clause) or _NOT_HOURS.search(clause):
                continue
            named = _days_in(clause)
            if not named:
                return None
            found = named, "unknown"
        rules.setdefault(found[0], []).append(found[1])
    if not any(set(times) - {"unknown"} for times in rules.values()):
        return None
    always = all(times == ["00:00-24:00"] for times in rules.values())
    if always and frozenset().union(*rules) == _EVERY_DAY:
        return ALWAYS + holidays
    texts = [f"{_day_text(days)} {_times_text(times)}" for days, times in rules.items()]
    return "; ".join(texts) + holidays


def _clauses(note: str) -> list[str]:
    """Split a note into clauses; one that is not understood whole, at its commas."""
    text = note.casefold().replace("\u2013", "-").replace("\u2014", "-")
    text = re.sub(r"(?<=[\d\s])([ap])\.?\s?m\b\.?", r"\1m", text)
    text = re.sub(r"\b(?:12\s*)?noon\b", "12pm", text)
    text = re.sub(r"\b(?:12\s*)?midnight\b", "12am", text)
    found = []
    for part in re.split(r";|\.(?:\s+|$)|\n", text):
        clause = _LEAD.sub("", " ".join(part.split()))
        if not clause:
            continue
        if _clause(clause) is not None or _SOME_HOLIDAYS.match(clause):
            found.append(clause)
            continue
        days = ""  # "mon, tue 8am-5pm, sat ..." is parted between days, too
        for piece in re.split(r"\s*,\s*", clause):
            whole = f"{days}{piece}"
            days = f"{whole}, " if re.fullmatch(_DAY_LIST, whole) else ""
            if not days and piece:
                parts = re.split(r"\s+and\s+(?=\d)", whole)
                found += parts if all(map(_clause, parts)) else [whole]
        if days:
            found.append(days.rstrip(", "))
    return found


def _clause(text: str) -> tuple[frozenset[int], str] | None:
    """Read days and times; None where the clause is anything else."""
    if _ALWAYS.match(text):
        return _EVERY_DAY, "00:00-24:00"
    match = _DAYS_FIRST.match(text) or _TIMES_FIRST.match(text)
    if match is None:
        return None
    days, times = _days_of(match["days"]), match["times"]
    if not days:
        return None
    if times == "closed":
        return days, "off"
    if times.startswith("24"):
        return days, "00:00-24:00"
    spans = [_span(span) for span in re.findall(_SPAN, times)]
    return days, "unknown" if None in spans else ",".join(filter(None, spans))


def _days_of(text: str) -> frozenset[int]:
    """Read "m-f", "mon, wed & fri", "sat-mon"; empty where a range is not one of days."""
    found: set[int] = set()
    tokens = re.findall(rf"\b(?:{_NAMES})\b|-|\bto\b|\bthrough\b|\bthru\b", text)
    for position, token in enumerate(tokens):
        if token in _GROUPS:
            found |= _GROUPS[token]
        elif token in _DAY_OF:
            last = _DAY_OF[token]
            found.add(last)
            if position >= 2 and tokens[position - 1] not in _DAY_OF:
                first = _DAY_OF.get(tokens[position - 2])
                if first is None:
                    return frozenset()
                found |= {day % 7 for day in range(first, last + (7 if last < first else 0))}
    return frozenset(found)


def _days_in(clause: str) -> frozenset[int]:
    """Return the days that a clause names which is not understood."""
    names = rf"\b(?:{_NAMES})\b(?:\s*-\s*(?:{_NAMES})\b)?"
    found = [_days_of(match) for match in re.findall(names, clause)]
    return frozenset().union(*found)


def _span(text: str) -> str | None:
    """Return "08:00-17:00"; None where begin and end are the same but for midnight."""
    ends = re.findall(_AT, text)
    begin, end = _at(ends[0]), _at(ends[1])
    if begin is None or end is None:
        return None
    if isinstance(end, int) and end in (0, _MINUTES_PER_DAY - 1):
        end = _MINUTES_PER_DAY
    return None if begin == end else f"{_clock(begin)}-{_clock(end)}"


def _at(text: str) -> int | str | None:
    """Read a time of day, minutes, or an event of the sun."""
    match = re.match(r"^(\d{1,2})(?::(\d{2}))?\s*([ap])m?$", text)
    if match is None:
        return text
    hour, minute = int(match[1]), int(match[2] or 0)
    if not 1 <= hour <= 12 or minute > 59:
        return None
    return (hour % 12 + (12 if match[3] == "p" else 0)) * 60 + minute


def _clock(at: int | str) -> str:
    return at if isinstance(at, str) else f"{at // 60:02d}:{at % 60:02d}"


def _day_text(days: frozenset[int]) -> str:
    """Return "Mo-Fr" or "Mo,We"."""
    ordered = sorted(days)
    if len(ordered) > 1 and ordered == list(range(ordered[0], ordered[-1] + 1)):
        return f"{DAYS[ordered[0]]}-{DAYS[ordered[-1]]}"
    return ",".join(DAYS[day] for day in ordered)


def _times_text(times: list[str]) -> str:
    """Join the spans of several clauses for the same days; one that is not known makes all so."""
    if "unknown" in times:
        return "unknown"
    spans = dict.fromkeys(time for time in times if time != "off")
    return ",".join(spans) or "off"
