"""Which roads a leg leads over, in words: "I-70 to exit 147, US 6"."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from tripplan.output.text import words
from tripplan.records.plan import Leg, Plan, RoadStretch

LEAST_KM: Final = 2.0
"""Shorter stretches are told only where a leg has no longer ones (assumption), km."""
LEAST_SHARE: Final = 0.04
"""So are those that are a smaller part of their leg (assumption)."""
MOST: Final = 6
"""So many roads of a leg are told, the longest."""
_LONGEST: Final = 40


class Road(NamedTuple):
    """A road of a leg, across gaps and other roads that are not worth a word."""

    label: str
    km: float
    exit: str
    """Exit by which it is left at last, in words; empty: by none that is known."""


def roads(leg: Leg) -> tuple[Road, ...]:
    """Return the roads of a leg that are worth a word, in the order of driving."""
    least_km = max(LEAST_KM, LEAST_SHARE * leg.distance_km)
    long = _joined([_road(one) for one in leg.roads if one.to_km - one.from_km >= least_km])
    long = long or _joined([_road(one) for one in leg.roads])
    kept = sorted(sorted(range(len(long)), key=lambda k: -long[k].km)[:MOST])
    return tuple(_joined([long[k] for k in kept]))


def in_words(leg: Leg) -> str:
    """Return "I-70 to exit 147, US 6"; empty where no road is known."""
    return ", ".join(
        f"{road.label} to {road.exit}" if road.exit else road.label for road in roads(leg)
    )


def of_plan(plan: Plan) -> str:
    """Return the roads of all legs, without exits: "I-70, US 6; CO 9"; empty: none is known."""
    return "; ".join(
        filter(None, (", ".join(road.label for road in roads(leg)) for leg in plan.legs))
    )


def exit_in_words(stretch: RoadStretch, *, signs: bool = False) -> str:
    """Return "exit 147"; with what the signs say, "exit 147, Eagle"; empty: there is none.

    Parameters
    ----------
    stretch
        A stretch that is left there.
    signs
        Whether to add what the signs say.
    """
    if not stretch.exit:
        return ""
    towards = f", {words.one_line(stretch.towards, _LONGEST)}" if signs and stretch.towards else ""
    return f"exit {words.one_line(stretch.exit, _LONGEST)}{towards}"


def _road(stretch: RoadStretch) -> Road:
    label = words.one_line(stretch.label, _LONGEST)
    return Road(label, stretch.to_km - stretch.from_km, exit_in_words(stretch))


def _joined(found: Sequence[Road]) -> list[Road]:
    """Return neighbours of one name as one."""
    joined: list[Road] = []
    for road in found:
        if joined and joined[-1].label == road.label:
            joined[-1] = Road(road.label, joined[-1].km + road.km, road.exit)
        else:
            joined.append(road)
    return joined
