"""What a car cannot do, in words: failures of one trip together, none left out."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from tripplan.output.text import words
from tripplan.questions.annual.answers import CarYear, YearFailure

_REASONS: Mapping[str, str] = {
    "range": "the battery holds too little",
    "time": "the day is too short",
    "soc": "the nights charge too little",
    "road": "there is no road",
    "unknown": "the search ended before it knew",
}


_NAME: Final = 60


def short(text: str) -> str:
    """Return a name from a file as it is shown: on one line, not too long."""
    return words.one_line(text, _NAME)


def by_trip(car: CarYear) -> dict[str, list[YearFailure]]:
    """Return a car's failures by trip."""
    found: dict[str, list[YearFailure]] = {}
    for failure in car.failures:
        found.setdefault(failure.trip, []).append(failure)
    return found


def failures_told(car: CarYear, trip: str, failures: Sequence[YearFailure]) -> str:
    """Return how often a trip fails, at which temperatures, on which drive, and what would do.

    Parameters
    ----------
    car
        The car.
    trip, failures
        The trip, and its failures.
    """
    due = sum(day.trip == trip for day in car.days)
    count = sum(failure.days for failure in failures)
    airs = [failure.air_c for failure in failures]
    why = " or ".join(dict.fromkeys(_REASONS[failure.reason] for failure in failures))
    told = f"{short(trip)}: {count} of {due} cannot be done, at {_airs(airs)}: {why}"
    legs = [words.one_line(f.first_leg, 2 * _NAME) for f in failures if f.first_leg]
    if legs:
        told += f", first on the drive from {' or '.join(dict.fromkeys(legs))}"
    lacks = [f.shortfall_kwh for f in failures if f.shortfall_kwh is not None]
    if lacks:
        told += f"; {_span(lacks, 'kWh', 1)} more would do"
    ways = ways_told(failures)
    return f"{told}; {ways}." if ways else f"{told}."


def ways_told(failures: Iterable[YearFailure]) -> str:
    """Return by which changes of wishes how many trips can be done; empty: by none that is known.

    Parameters
    ----------
    failures
        Why they cannot.
    """
    found: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    days: Counter[tuple[str, ...]] = Counter()
    for failure in failures:
        for way in failure.ways_out:
            found.setdefault(tuple(way), []).append(way)
            days[tuple(way)] += failure.days
    told = [
        f"{days[names]} with "
        + " and ".join(_value(word, [w[word] for w in alike]) for word in names)
        for names, alike in found.items()
    ]
    return f"can be done: {', '.join(told)}" if told else ""


def _value(word: str, values: Sequence[Any]) -> str:
    numbers = [v for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    if numbers and len(numbers) == len(values):
        low, high = min(numbers), max(numbers)
        return f"{word} {low:g}" if low == high else f"{word} {low:g} to {high:g}"
    return f"{word} {' or '.join(dict.fromkeys(map(str, values)))}"


def _airs(airs: Sequence[float]) -> str:
    low, high = min(airs), max(airs)
    return words.temperature(low) if low == high else words.temperatures(low, high)


def _span(values: Sequence[float], unit: str, digits: int) -> str:
    low, high = min(values), max(values)
    first, last = f"{low:.{digits}f}", f"{high:.{digits}f}"
    return f"{first} {unit}" if first == last else f"{first} to {last} {unit}"


def money(value: float, currency: str) -> str:
    """Return an amount of whole units with its currency."""
    return f"{value:,.0f} {currency}".rstrip()


def tightest(car: CarYear) -> str:
    """Return the least to spare of a car's year, where and when; empty: there is none."""
    if car.least_slack_kwh is None:
        return ""
    return (
        f"{words.energy(car.least_slack_kwh)} on {car.least_slack_on} at "
        f"{short(car.least_slack_at)} ({short(car.least_slack_trip)})"
    )
