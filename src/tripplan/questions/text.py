"""Answers as text of 80 columns."""

from collections.abc import Sequence
from textwrap import wrap

from tripplan.output.text import statements, words
from tripplan.questions.answers import Candidate, Days, Limit, Side, Smallest, Stay
from tripplan.questions.kinds import KINDS
from tripplan.questions.reasons import Reasons
from tripplan.units import S_PER_H

_WIDE = 80
_INDENT = "  "


def days(found: Days) -> str:
    """Return a day, place by place."""
    lines = [
        f"{found.vehicle}: {words.distance(found.distance_km)}, "
        f"{words.energy(found.energy_spent_kwh)}, {words.duration(found.total_s)}, "
        f"{found.cost:.2f} {found.currency}".rstrip(),
        "",
        "                                                         to spare:",
        "arrives  place                    SoC  stays charged leaves    kWh   km degrees",
    ]
    lines += [_stay(stay) for stay in found.stays]
    lines += ["", *wrapped(found.sentence)]
    if chance := statements.lasting(found.plan.arrival_probability):
        lines += wrapped(f"The battery lasts {chance}.")
    if found.day_s is not None:
        lines += wrapped(f"The longest day takes {found.day_s / S_PER_H:.1f} of 24 h.")
    harder = "hotter" if found.ambient_c >= 20.0 else "colder"
    lines += wrapped(
        f"To spare: above the least SoC that the trip wants; km at the consumption of that drive; "
        f"degrees {harder} of which the way up to there can still be done, found by planning again."
    )
    return "\n".join(lines) + "\n"


def _stay(stay: Stay) -> str:
    stays = "-" if stay.kind == "end" else _hours(stay.duration_s)
    charged = f"{stay.charged_kwh:.1f}" if stay.charged_kwh else "-"
    leaves = "-" if stay.kind == "end" else words.percent(stay.departure_soc)
    slack = stay.slack
    return (
        f"{_hours(stay.arrival_s):>7}  {words.one_line(stay.name, 23):<23} "
        f"{words.percent(stay.arrival_soc):>4} {stays:>6} {charged:>7} {leaves:>6} "
        f"{slack.slack_kwh:>6.1f} {slack.slack_km:>4.0f} {slack.degrees:>7}"
    ).rstrip()


def _hours(seconds: float) -> str:
    return words.clock(seconds)


def limit(found: Limit) -> str:
    """Return a limit with what was planned on both its sides."""
    lines = wrapped(found.sentence)
    for side in (found.inside, found.outside):
        if side is not None:
            lines += wrapped(f"with {_value(found, side)}: {_side(side)}", indent=_INDENT)
    if found.with_charging is not None:
        side = found.with_charging
        told = f"with {_value(found, side)} and charging: {_side(side)}"
        lines += wrapped(told, indent=_INDENT)
    how = f"{found.method.capitalize()}, {words.count(found.plans, 'plan')}: {found.why}."
    lines += wrapped(how, indent=_INDENT)
    return "\n".join(lines) + "\n"


def _value(found: Limit, side: Side) -> str:
    if isinstance(side.at, str):
        return side.at or "any departure"
    kind = KINDS.get(found.of)
    return kind.words(side.at) if kind else words.count(round(side.at), "stop")


def _side(side: Side) -> str:
    if side.total_s is None:
        return side.refusal.split(". The furthest")[0]
    assert side.arrival_soc is not None
    assert side.slack_kwh is not None
    stops = f", stops at {', '.join(side.stops)}" if side.stops else ""
    return (
        f"{words.duration(side.total_s)}, arrives with {words.percent(side.arrival_soc)}, at least "
        f"{words.energy(side.slack_kwh)} to spare{stops}"
    )


HEAD = "does it  usable kWh  spare kWh     km  degrees  lacks kWh  car\n"
"""Above the rows of cars."""


def candidate(car: Candidate) -> str:
    """Return a row for a car that was tried."""
    slack, lacks = car.slack, car.shortfall_kwh
    spare = " " * 25
    if slack is not None:
        spare = f"{slack.slack_kwh:>9.1f} {slack.slack_km:>6.0f} {slack.degrees:>8}"
    lacked = f"{lacks:.1f}" if lacks else "" if car.does_it else "-"
    return (
        f"{'yes' if car.does_it else 'no':>7} {car.usable_kwh:>11.1f}  {spare} {lacked:>10}  "
        f"{car.vehicle}\n"
    )


def smallest(found: Smallest) -> str:
    """Return the answer below the rows of cars."""
    lines = wrapped(found.sentence)
    lines += wrapped(
        f"{len(found.candidates)} cars and {found.plans} plans were tried, from the smallest "
        f"battery on; {_larger(found.left)} not."
    )
    return "\n".join(lines) + "\n"


def reasons(found: Reasons) -> str:
    """Return why a plan is as it is, or what single change would make one."""
    if not found.possible:
        lines = wrapped(found.refusal)
        lines += ["", "Single changes with which it can be done, each planned:"]
        lines += [line for way in found.ways_out for line in wrapped(way.sentence, indent=_INDENT)]
        if not found.ways_out:
            lines[-1] = "No single change that was tried makes it possible."
    else:
        assert found.total_s is not None
        lines = wrapped(f"{found.vehicle}: {words.duration(found.total_s)}")
        for stop in found.stops:
            lines += wrapped(words.one_line(stop.sentence, 600))
            for what in stop.what_if:
                lines += wrapped(what.sentence, indent=_INDENT)
        lines += ["The whole trip:"] if found.what_if else []
        for what in found.what_if:
            lines += wrapped(what.sentence, indent=_INDENT)
    lines += wrapped(f"{words.count(found.plans, 'plan')} were tried.")
    return "\n".join(lines) + "\n"


def wrapped(text: str, *, indent: str = "") -> list[str]:
    """Return text in lines of 80 columns."""
    return wrap(text, _WIDE, initial_indent=indent, subsequent_indent=indent + _INDENT)


def table(cars: Sequence[Candidate]) -> str:
    """Return the rows of all cars that were tried."""
    return HEAD + "".join(map(candidate, cars))


def _larger(left: int) -> str:
    return "one larger one was" if left == 1 else f"{left} larger ones were"
