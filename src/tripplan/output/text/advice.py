"""Advice to drive slower, as one can follow it: "62 mph from Eagle to Glenwood Springs"."""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from tripplan.output.text import stop_text, words
from tripplan.records.plan import Plan, SpeedAdvice
from tripplan.units import M_PER_KM, M_PER_MILE

LEAST_KM: Final = 5.0
"""Shorter stretches are not told, and shorter gaps between like stretches are driven through
(assumption), km."""
_SAME_KMH: Final = 6.0
"""Stretches whose speeds differ by less are told as one (assumption), km/h."""


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

    @property
    def km(self) -> float:
        """Its length."""
        return self.to_km - self.from_km


def stretches(plan: Plan) -> tuple[Stretch, ...]:
    """Return the stretches of at least `LEAST_KM` that the plan drives slower, like ones joined.

    Stretches of one leg are joined across gaps shorter than `LEAST_KM`; the speed of what is joined
    is the mean over its advised parts, by distance over time.
    """
    found = []
    for number, leg in enumerate(plan.legs):
        before, after = (
            stop_text.title(plan.stops[k]).lower() if 0 <= k < len(plan.stops) else ""
            for k in (number - 1, number)
        )
        first_km, last_km = leg.trace.distance_km[0], leg.trace.distance_km[-1]
        for one in _joined(leg.advice):
            start = one.start or (before if one.from_km - first_km < LEAST_KM else "")
            end = one.end or (after if last_km - one.to_km < LEAST_KM else "")
            found.append(one._replace(start=start, end=end))
    return tuple(one for one in found if one.km >= LEAST_KM)


def _joined(advice: Iterable[SpeedAdvice]) -> Iterator[Stretch]:
    parts: list[SpeedAdvice] = []
    for piece in advice:
        if parts and not _belongs(piece, parts):
            yield _one(parts)
            parts = []
        parts.append(piece)
    if parts:
        yield _one(parts)


def _belongs(piece: SpeedAdvice, parts: list[SpeedAdvice]) -> bool:
    near = piece.from_km - parts[-1].to_km < LEAST_KM
    return near and abs(piece.advised_kmh - _one(parts).kmh) < _SAME_KMH


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
    )


def in_words(stretch: Stretch, *, miles: bool) -> str:
    """Return "62 mph from Eagle to Glenwood Springs", or in km/h; by distance where no town is.

    Parameters
    ----------
    stretch
        Where to drive how fast.
    miles
        Whether in miles.
    """
    speed = words.one_speed(stretch.kmh, miles=miles)
    length = words.one_distance(stretch.km, miles=miles)
    match words.one_line(stretch.start, 40), words.one_line(stretch.end, 40):
        case first, last if first and first == last:
            return f"{speed} near {first} for {length}"
        case first, last if first and last:
            return f"{speed} from {first} to {last}"
        case first, _ if first:
            return f"{speed} from {first} for {length}"
        case _, last if last:
            return f"{speed} for {length} to {last}"
    unit = M_PER_MILE / M_PER_KM if miles else 1.0
    ends = f"{stretch.from_km / unit:.0f} to {stretch.to_km / unit:.0f}"
    return f"{speed} from {'mile' if miles else 'km'} {ends}"
