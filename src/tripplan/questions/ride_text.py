"""Leaving the car at a station, as text of 80 columns."""

from typing import Final

from tripplan.output.text import statements, words
from tripplan.questions.ride_answers import Connection, Ride, RideOption
from tripplan.questions.text import wrapped
from tripplan.units import S_PER_H

_HEAD: Final = "car left at             total  drive   ride   wait   walk   kWh charged   money"
_S_PER_MIN: Final = 60.0


def ride(found: Ride) -> str:
    """Return all ways, the best first."""
    unit = found.currency or "money"
    ends = f"{words.one_line(found.origin.label)} -> {words.one_line(found.destination.label)}"
    lines = [
        *wrapped(f"{ends} and back, stay {_clock(found.terms.stay_s)}, {found.vehicle}"),
        "",
        _HEAD.removesuffix("money") + f"{unit:>5}",
        *(_row(one) for one in found.options),
        "",
        *wrapped(found.sentence),
        *wrapped(_details(found.best, found.currency)),
    ]
    for gone in found.refused:
        lines += wrapped(f"Not possible: {words.one_line(gone.name, 60)}: {gone.why}")
    if found.left_out:
        told = f"{words.count(found.left_out, 'stop')} of the timetable"
        lines += wrapped(f"{told} with a ride to the destination were not planned.")
    for text in found.assumptions:
        lines += wrapped(text)
    return "\n".join(lines) + "\n"


def _row(one: RideOption) -> str:
    parts = [part for part in (one.out, one.back) if part is not None]
    name = f"{words.one_line(one.name, 19)}{' *' if one.kind == 'drive' else ''}"
    charged = f"{one.charged_kwh:.1f}" if one.charged_kwh else "-"
    walked_s = sum(_walk_s(part) for part in parts) or _walked_s(one)
    return (
        f"{name:<21} {_clock(one.total_s):>7} {_clock(one.drive_out_s + one.drive_back_s):>6} "
        f"{_clock(sum(part.ride_s for part in parts)):>6} "
        f"{_clock(sum(part.wait_s for part in parts)):>6} {_clock(walked_s):>6} "
        f"{one.energy_kwh:>5.1f} {charged:>7} {one.cost:>7.2f}"
    )


def _walk_s(part: Connection) -> float:
    return part.walk_s + part.end_walk_s


def _walked_s(one: RideOption) -> float:
    """Return the way between the parked car and the destination, both ways [s]."""
    return max(one.total_s - one.drive_out_s - one.drive_back_s, 0.0)


def _details(best: RideOption, currency: str) -> str:
    unit = f" {currency}".rstrip()
    parts = [f"energy {best.energy_cost:.2f}{unit}"]
    if best.fares:
        parts.insert(0, f"fares {best.fares:.2f}{unit}")
    if best.parking:
        parts.insert(0, f"parking {best.parking:.2f}{unit}")
    there, home = best.slack_there, best.slack_home
    charged = f", charges {words.energy(best.charged_kwh)}" if best.charged_kwh else ""
    chance = statements.lasting(best.plan.arrival_probability)
    lasts = f"The battery lasts {chance}. " if chance else ""
    slower = any(leg.advice for leg in best.plan.legs)
    slow = ", driven more slowly than the roads allow" if slower else ""
    return (
        f"It takes {', '.join(parts)}. The car stands {best.parked_s / S_PER_H:.1f} h{charged}; it "
        f"comes there with {there.slack_kwh:.1f} kWh ({there.slack_km:.0f} km) to spare, and home "
        f"with {home.slack_kwh:.1f} kWh ({home.slack_km:.0f} km){slow}. "
        f"{lasts}* is the destination."
    )


def _clock(seconds: float) -> str:
    minutes = round(seconds / _S_PER_MIN)
    return f"{minutes // 60}:{minutes % 60:02d}"
