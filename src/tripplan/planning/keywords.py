"""Keywords of `plan()`, for type checkers and editors; written by `make derived`."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypedDict

from tripplan.records.trip import (
    Adapter,
    AvoidableRoad,
    Bikes,
    BrokenChargers,
    CabinSetting,
    ChargerAccess,
    FallbackWish,
    Objective,
    Place,
    RoadSurface,
    Trailer,
    WorkingShare,
)
from tripplan.records.wishes import Via


class Wishes(TypedDict, total=False):
    """What can be wished for a trip beside its ends: see `WISHES`.

    Lists may be one text with semicolons; ``via`` and ``closed`` one with vertical bars.
    """

    via: Via
    require: Sequence[str]
    departure_soc: float | str
    reserve_soc: float | str
    arrival_soc: float | str
    arrive_with_probability: float | str | None
    charge_limit_soc: float | str
    least_charge_soc: float | str
    most_stops: int | None
    prefer_fewer_stops_s: float | str
    longest_stop_s: float | str | None
    fallback: FallbackWish
    fallback_other_operator: bool
    broken_chargers: BrokenChargers
    working: Sequence[WorkingShare | str] | str
    stranded_s: float | str
    stop_overhead_s: float | str
    max_speed_kmh: float | str | None
    slow_down_to: float | str
    slowest_kmh: float | str
    pack_start_c: float | str | None
    departure: datetime | str | None
    ambient_by_hour: Sequence[tuple[float, float]] | str
    closed: Sequence[Place | str] | str
    avoid: Sequence[AvoidableRoad] | str
    law: str
    objective: Objective
    hour_worth_kwh: float | str
    price_per_kwh: float
    price_per_session: float
    home_price_per_kwh: float
    value_of_time_per_h: float
    currency: str
    ambient_c: float | str
    wind_mps: float | str
    wind_from_deg: float | str | None
    road: RoadSurface
    payload_kg: float | str
    roof_box: bool
    passengers: int
    bikes: Bikes
    trailer: Trailer
    trailer_kg: float | str | None
    winter_tyres: bool
    sun_w_per_m2: float | str | None
    cabin: CabinSetting
    min_power_kw: float | str
    min_stalls: int
    operators: Sequence[str]
    exclude_operators: Sequence[str]
    access: Sequence[ChargerAccess] | str
    banned: Sequence[str]
    adapters: Sequence[Adapter | str] | str
    keep_unknown: bool
    out_of_service: bool
    only_stated_power: bool
