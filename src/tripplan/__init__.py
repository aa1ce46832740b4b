"""tripplan: plan road trips in electric cars.

The front door holds names only; each is loaded when it is first used, so that importing the
package is cheap.

>>> import tripplan
>>> plan = tripplan.plan("Denver, CO", "Vail, CO", vehicle="nissan-sakura")
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tripplan.answer import ChargingStop, Leg, Plan
    from tripplan.api import alternatives, pareto, plan, plans_by_stops
    from tripplan.batch import Outcome, plan_many
    from tripplan.errors import (
        DataError,
        DisconnectedError,
        InvalidInputError,
        NoPlanError,
        OfflineError,
        OffNetworkError,
        OutOfRangeError,
        SourceError,
        TripplanError,
    )
    from tripplan.planner import Planner
    from tripplan.region import Charger, ChargerSet, Connector, Region, RoadNetwork
    from tripplan.settings import Settings
    from tripplan.sources.starter import load_starter
    from tripplan.trip import Adapter, ChargerWishes, Conditions, Place, Prices, Trip, Waypoint
    from tripplan.vehicle import Battery, ChargingCurve, Vehicle, catalogue, load_vehicle

_HOME = {
    "Adapter": "trip",
    "Battery": "vehicle",
    "Charger": "region",
    "ChargerSet": "region",
    "ChargerWishes": "trip",
    "ChargingCurve": "vehicle",
    "ChargingStop": "answer",
    "Conditions": "trip",
    "Connector": "region",
    "DataError": "errors",
    "DisconnectedError": "errors",
    "InvalidInputError": "errors",
    "Leg": "answer",
    "NoPlanError": "errors",
    "OffNetworkError": "errors",
    "OfflineError": "errors",
    "OutOfRangeError": "errors",
    "Outcome": "batch",
    "Place": "trip",
    "Plan": "answer",
    "Planner": "planner",
    "Prices": "trip",
    "Region": "region",
    "RoadNetwork": "region",
    "Settings": "settings",
    "SourceError": "errors",
    "Trip": "trip",
    "TripplanError": "errors",
    "Vehicle": "vehicle",
    "Waypoint": "trip",
    "catalogue": "vehicle",
    "load_starter": "sources.starter",
    "load_vehicle": "vehicle",
    "alternatives": "api",
    "pareto": "api",
    "plan": "api",
    "plans_by_stops": "api",
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
    "Settings",
    "SourceError",
    "Trip",
    "TripplanError",
    "Vehicle",
    "Waypoint",
    "alternatives",
    "catalogue",
    "load_starter",
    "load_vehicle",
    "pareto",
    "plan",
    "plan_many",
    "plans_by_stops",
]


def __getattr__(name: str) -> object:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module 'tripplan' has no attribute '{name}'")
    found: object = getattr(import_module(f"tripplan.{home}"), name)
    return found


def __dir__() -> list[str]:
    return sorted(_HOME)
