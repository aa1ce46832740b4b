"""tripplan: plan road trips in electric cars.

The front door holds names only; each is loaded when it is first used, so that importing the
package is cheap.

>>> import tripplan
>>> plan = tripplan.plan("Seattle, WA", "Portland, OR", vehicle="nissan-sakura")
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tripplan.api import alternatives, audit, pareto, plan, plans_by_stops
    from tripplan.batch import Outcome, plan_many
    from tripplan.errors import (
        DataError,
        DisconnectedError,
        IllegalRoadError,
        InvalidInputError,
        NoPlanError,
        OfflineError,
        OffNetworkError,
        OutOfRangeError,
        SearchLimitError,
        SourceError,
        TripplanError,
    )
    from tripplan.planning.planner import Planner
    from tripplan.questions import days, limits, ride, smallest, why, year
    from tripplan.records.charger import Charger, Connector
    from tripplan.records.charger_set import ChargerSet
    from tripplan.records.network import RoadNetwork
    from tripplan.records.plan import ChargingStop, Leg, Plan
    from tripplan.records.region import Region
    from tripplan.records.settings import Settings
    from tripplan.records.trip import (
        Adapter,
        ChargerWishes,
        Conditions,
        Place,
        Prices,
        Trip,
        Waypoint,
    )
    from tripplan.records.vehicle import Battery, ChargingCurve, Vehicle, catalogue, load_vehicle
    from tripplan.sources.starter import load_starter

_HOME = {
    "Adapter": "records.trip",
    "Battery": "records.vehicle",
    "Charger": "records.charger",
    "ChargerSet": "records.charger_set",
    "ChargerWishes": "records.trip",
    "ChargingCurve": "records.vehicle",
    "ChargingStop": "records.plan",
    "Conditions": "records.trip",
    "Connector": "records.charger",
    "DataError": "errors",
    "DisconnectedError": "errors",
    "IllegalRoadError": "errors",
    "InvalidInputError": "errors",
    "Leg": "records.plan",
    "NoPlanError": "errors",
    "OffNetworkError": "errors",
    "OfflineError": "errors",
    "OutOfRangeError": "errors",
    "Outcome": "batch",
    "Place": "records.trip",
    "Plan": "records.plan",
    "Planner": "planning.planner",
    "Prices": "records.trip",
    "Region": "records.region",
    "RoadNetwork": "records.network",
    "SearchLimitError": "errors",
    "Settings": "records.settings",
    "SourceError": "errors",
    "Trip": "records.trip",
    "TripplanError": "errors",
    "Vehicle": "records.vehicle",
    "Waypoint": "records.trip",
    "catalogue": "records.vehicle",
    "load_starter": "sources.starter",
    "load_vehicle": "records.vehicle",
    "alternatives": "api",
    "audit": "api",
    "days": "questions",
    "limits": "questions",
    "pareto": "api",
    "ride": "questions",
    "plan": "api",
    "plans_by_stops": "api",
    "smallest": "questions",
    "why": "questions",
    "year": "questions",
    "plan_many": "batch",
}

__all__ = [
    "Adapter",
    "Battery",
    "Charger",
    "ChargerSet",
    "ChargerWishes",
    "ChargingCurve",
    "ChargingStop",
    "Conditions",
    "Connector",
    "DataError",
    "DisconnectedError",
    "IllegalRoadError",
    "InvalidInputError",
    "Leg",
    "NoPlanError",
    "OffNetworkError",
    "OfflineError",
    "OutOfRangeError",
    "Outcome",
    "Place",
    "Plan",
    "Planner",
    "Prices",
    "Region",
    "RoadNetwork",
    "SearchLimitError",
    "Settings",
    "SourceError",
    "Trip",
    "TripplanError",
    "Vehicle",
    "Waypoint",
    "alternatives",
    "audit",
    "catalogue",
    "days",
    "limits",
    "load_starter",
    "load_vehicle",
    "pareto",
    "plan",
    "plan_many",
    "plans_by_stops",
    "ride",
    "smallest",
    "why",
    "year",
]


def __getattr__(name: str) -> object:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module 'tripplan' has no attribute '{name}'")
    found: object = getattr(import_module(f"tripplan.{home}"), name)
    return found


def __dir__() -> list[str]:
    return sorted(_HOME)
