"""Advice to drive slower, as one can follow it: "62 mph on I-70 from Eagle to Glenwood Springs"."""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final, NamedTuple

from tripplan.output.text import choices_text, stop_text, words
from tripplan.records.plan import Leg, Plan, SpeedAdvice
from tripplan.units import M_PER_KM, M_PER_MILE

LEAST_KM: Final = 5.0
"""Shorter stretches are not told, and shorter gaps between like stretches are driven through
(assumption), km."""
_SAME_KMH: Final = 6.0
"""Stretches whose speeds differ by less are told as one (assumption), km/h."""


_ALSO_SHARE: Final = 0.2
"""A road that has this share of a stretch is named beside the one that has most of it
(assumption)."""


class Stretch(NamedTuple):
    """A stretch to drive at one speed."""

    from_km: float
    to_km: float
    start: str
    """The town where it starts, or the stop: "stop 2"; empty: neither is near."""
    end: str
    """Where it ends, likewise."""
    kmh: float
    usual_kmh: float
    """The speed at which cars usually go there."""
    road: str = ""
    """The road that most of it is on, and others that have much of it; empty: not known, or of no
    road more than half."""

    @property
    def km(self) -> float:
        """Its length."""
        return self.to_km - self.from_km


def stretches(plan: Plan) -> tuple[Stretch, ...]:
    """Return the stretches of at least `LEAST_KM` that the plan drives slower, like ones joined.

    Stretches of one leg are joined across gaps shorter than `LEAST_KM`, those that are too short to
    be told included; the speed of what is joined is the mean over its advised parts, by distance
    over time.
    """
    return tuple(one for of_leg in by_leg(plan) for one in of_leg)


def by_leg(plan: Plan) -> tuple[tuple[Stretch, ...], ...]:
    """Return the same, apart for each leg."""
    ends = ["", *(stop_text.title(stop).lower() for stop in plan.stops), ""]
    return tuple(
        _of_leg(leg, before, after)
        for leg, (before, after) in zip(plan.legs, pairwise(ends), strict=True)
    )


def sentences(plan: Plan) -> tuple[tuple[str, ...], ...]:
    """Return for each leg where to drive slower, a sentence for each stretch, in both units.

    Behind them stands what that and the battery's heater do for its temperature.
    """
    return tuple(
        (*map(in_both_units, of_leg), *choices)
        for of_leg, choices in zip(by_leg(plan), choices_text.sentences(plan), strict=True)
    )


def _of_leg(leg: Leg, before: str, after: str) -> tuple[Stretch, ...]:
    first_km, last_km = leg.trace.distance_km[0], leg.trace.distance_km[-1]
    long = [parts for parts in _joined([piece] for piece in leg.advice) if _km(parts) >= LEAST_KM]
    # A short piece of another speed may have stood between two like ones: it is a gap now.
    found = []
    for one in map(_one, _joined(long)):
        start = one.start or (before if one.from_km - first_km < LEAST_KM else "")
        end = one.end or (after if last_km - one.to_km < LEAST_KM else "")
        found.append(one._replace(start=start, end=end))
    return tuple(found)


def _joined(groups: Iterable[list[SpeedAdvice]]) -> Iterator[list[SpeedAdvice]]:
    """Yield groups of pieces, neighbours that belong together as one."""
    parts: list[SpeedAdvice] = []
    for group in groups:
        if parts and not _belongs(group, parts):
            yield parts
            parts = []
        parts = parts + group
    if parts:
        yield parts


def _belongs(group: list[SpeedAdvice], parts: list[SpeedAdvice]) -> bool:
    near = group[0].from_km - parts[-1].to_km < LEAST_KM
    return near and abs(_one(group).kmh - _one(parts).kmh) < _SAME_KMH


def _km(parts: list[SpeedAdvice]) -> float:
    return parts[-1].to_km - parts[0].from_km


def _one(parts: list[SpeedAdvice]) -> Stretch:
    km = sum(part.to_km - part.from_km for part in parts)
    hours = sum((part.to_km - part.from_km) / part.advised_kmh for part in parts)
    usual_hours = sum((part.to_km - part.from_km) / part.usual_kmh for part in parts)
    first, last = parts[0], parts[-1]
    return Stretch(
        first.from_km,
        last.to_km,
        first.from_town,
        last.to_town,
        km / hours if hours > 0 else first.advised_kmh,
        km / usual_hours if usual_hours > 0 else first.usual_kmh,
        _road(parts),
    )


def _road(parts: list[SpeedAdvice]) -> str:
    """Return the road of more than half of some pieces, by distance; empty: of none.

    Every further road that has `_ALSO_SHARE` of them stands beside it, in the order in which they
    are driven: "A 659 and A 6".
    """
    road_km: dict[str, float] = {}
    for part in parts:
        road_km[part.road] = road_km.get(part.road, 0.0) + part.to_km - part.from_km
    all_km = sum(road_km.values())
    road = max(sorted(road_km), key=road_km.__getitem__)
    if not road or road_km[road] <= 0.5 * all_km:
        return ""
    return " and ".join(one for one in road_km if one and road_km[one] >= _ALSO_SHARE * all_km)


def in_words(stretch: Stretch, *, miles: bool) -> str:
    """Return "62 mph on I-70 from Eagle to Glenwood Springs", or in km/h.

    By distance where no town is.

    Parameters
    ----------
    stretch
        Where to drive how fast.
    miles
        Whether in miles.
    """
    unit = M_PER_MILE / M_PER_KM if miles else 1.0
    ends = f"{stretch.from_km / unit:.0f} to {stretch.to_km / unit:.0f}"
    return " ".join(
        (
            words.one_speed(stretch.kmh, miles=miles),
            _where(
                stretch,
                words.one_distance(stretch.km, miles=miles),
                f"{'mile' if miles else 'km'} {ends}",
            ),
        )
    )


def in_both_units(stretch: Stretch) -> str:
    """Return "drive 100 km/h (62 mph) on I-70 from Eagle to Rifle instead of 110 km/h (68 mph)"."""
    where = _where(
        stretch, words.distance(stretch.km), words.between_km(stretch.from_km, stretch.to_km)
    )
    return f"drive {words.speed(stretch.kmh)} {where} instead of {words.speed(stretch.usual_kmh)}"


def _where(stretch: Stretch, length: str, ends: str) -> str:
    """Return "on I-70 from Eagle to Glenwood Springs"; by distance where no town is.

    Parameters
    ----------
    stretch
        The stretch.
    length
        How long it is, in words.
    ends
        From where to where on the trip, in words.
    """
    on = f"on {words.one_line(stretch.road, 40)} " if stretch.road else ""
    match words.one_line(stretch.start, 40), words.one_line(stretch.end, 40):
        case first, last if first and first == last:
            return f"{on}near {first} for {length}"
        case first, last if first and last:
            return f"{on}from {first} to {last}"
        case first, _ if first:
            return f"{on}from {first} for {length}"
        case _, last if last:
            return f"{on}for {length} to {last}"
    return f"{on}from {ends}"
