"""Settings: one frozen object, passed down; never a module global.

How the planner works, not what is asked: everything about a journey is in `Trip`.
"""

from typing import Annotated, Literal

from pydantic import Field

from tripplan.records.base import Record
from tripplan.records.marks import Unit

Preheat = Literal["when it pays", "never"]


class Settings(Record):
    """How the planner searches."""

    snap_limit_km: Annotated[float, Field(gt=0, le=500)] | None = None
    """Farthest that a place may lie from the nearest road, km.  None: 80 where a region has main
    roads alone, and 25 where it has residential roads."""
    heat: bool = True
    """Whether the pack temperature limits charging power."""
    gap: Annotated[float, Field(ge=0, le=0.1)] = 2e-4
    """A plan this little above its lower bound (a fraction) is good enough to stop there."""
    exact: bool = False
    """Whether the gap is to be driven to zero by looking at every drive that can matter; only for
    small regions, and without effect of heat."""
    fewer_stops_gap: Annotated[float, Field(ge=0, le=1), Unit("1")] = 0.05
    """From this gap on (a fraction), a plan is compared with the best of one stop fewer, which
    takes a third to a half longer; 0: always."""
    exact_limit: Annotated[int, Field(ge=1, le=10**15)] = 5_000_000_000
    """Most comparisons of two drives that an exact search makes (some hundred million a second);
    the certificate says how far it got with them."""
    time_epsilon_s: Annotated[float, Field(ge=0, le=3600)] = 5.0
    """With heat: labels at one stop that differ less than this in time, seconds, ..."""
    temperature_epsilon_k: Annotated[float, Field(ge=0, le=50)] = 0.5
    """... and less than this in pack temperature, kelvin, count as equal."""
    departure_step: Annotated[float, Field(ge=0.0025, le=0.5)] = 0.05
    """With heat: grid of departure SoC tried beside the slope-sign candidates (fraction)."""
    label_limit: Annotated[int, Field(ge=1000, le=100_000_000)] = 60_000
    """Most labels of one search."""
    heat_label_limit: Annotated[int, Field(ge=500, le=10_000_000)] = 20_000
    """Most labels of the search with battery heat, which are far more laborious."""
    heat_bound_levels: Annotated[int, Field(ge=0, le=5), Unit("1")] = 4
    """With heat: levels of the bound that follows the pack's temperature, from steps of 4 % SoC and
    2 K on, each with half the steps of the one before; each is a bound by itself, and takes a few
    times as long as the one before.  One is left out where it would take more than a second or two,
    and the fifth takes up to a gigabyte more; 0: none."""
    heat_bound_gap: Annotated[float, Field(ge=0, le=0.1), Unit("1")] = 0.003
    """With heat: from this gap on (a fraction) the next level is looked at."""
    waits_s: tuple[Annotated[float, Field(ge=0, le=86_400)], ...] = (0.0,)
    """With heat: times that the car may wait at a stop for its pack to cool before it plugs in,
    shape (waits,); seconds; the first is 0."""
    preheat: Preheat = "when it pays"
    """Whether a car with a stated heater of its pack warms it on the way to a charger where the
    plan becomes quicker by that; without effect without heat, and with other objectives than time.
    """
    time_budget_s: Annotated[float, Field(gt=0, le=1e7)] | None = None
    """Seconds by the clock after which a search that has a plan looks for no better one and proves
    no more; the certificate says so.  None: as long as it takes, which also makes the answer the
    same on every machine."""
    audit_step_s: Annotated[float, Field(gt=0, le=60)] = 5.0
    """Time step of the audit's re-drive, seconds."""
