"""Prices of the week as one line that people and `planning.tariff` read alike; pure.

"0.49 EUR/kWh", "0.49 EUR/kWh + 0.35 EUR/session", or by the hour, the rest of the week last:
"Mo-Fr 07:00-19:00: 0.59 EUR/kWh | 0.39 EUR/kWh".
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

from tripplan.sources.chargers.hours import DAYS

MINUTES_PER_DAY: Final = 1440
FREE: Final = "Free"


class Amounts(NamedTuple):
    """What charging costs at some time."""

    per_kwh: float = 0.0
    per_min: float = 0.0
    per_session: float = 0.0


class Spell(NamedTuple):
    """A time of a day, in minutes from midnight, and what charging costs then."""

    begin_min: int
    end_min: int
    amounts: Amounts


def price_text(week: Sequence[Sequence[Spell]], currency: str) -> str:
    """Write the prices of a week.

    Parameters
    ----------
    week
        The spells of each day from Monday on, which cover it, shape (7,).
    currency
        ISO 4217.
    """
    minutes: Counter[Amounts] = Counter()
    days: dict[tuple[int, int, Amounts], list[int]] = {}
    for day, spells in enumerate(week):
        for spell in spells:
            minutes[spell.amounts] += spell.end_min - spell.begin_min
            days.setdefault(spell, []).append(day)
    rest = max(sorted(minutes), key=lambda amounts: minutes[amounts])
    bands = [
        f"{_days(on)}{_clock(begin)}-{_clock(end)}: {_amounts(amounts, currency)}"
        for (begin, end, amounts), on in sorted(days.items())
        if amounts != rest
    ]
    return " | ".join([*bands, _amounts(rest, currency)])


def _amounts(amounts: Amounts, currency: str) -> str:
    parts = [
        f"{_number(amount)} {currency}/{unit}"
        for amount, unit in zip(amounts, ("kWh", "min", "session"), strict=True)
        if amount
    ]
    return " + ".join(parts) or FREE


def _number(amount: float) -> str:
    text = f"{amount:.4f}".rstrip("0")
    whole, _, part = text.partition(".")
    return f"{whole}.{part:0<2}"


def _days(days: Sequence[int]) -> str:
    """Write "Mo-Fr ", "Sa,Su "; nothing for the whole week."""
    if len(days) == len(DAYS):
        return ""
    runs: list[list[int]] = []
    for day in days:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    words = []
    for run in runs:
        first, last = DAYS[run[0]], DAYS[run[-1]]
        words.append(first if len(run) == 1 else f"{first}{',' if len(run) == 2 else '-'}{last}")
    return ",".join(words) + " "


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def constant_week(amounts: Amounts) -> list[list[Spell]]:
    """Return a week in which charging costs the same all the time."""
    return [[Spell(0, MINUTES_PER_DAY, amounts)] for _ in DAYS]


def merged(spells: Sequence[Spell]) -> list[Spell]:
    """Join spells that follow each other at one price."""
    found: list[Spell] = []
    for spell in spells:
        if found and found[-1].amounts == spell.amounts and found[-1].end_min == spell.begin_min:
            found[-1] = found[-1]._replace(end_min=spell.end_min)
        else:
            found.append(spell)
    return found
