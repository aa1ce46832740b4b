"""What is assumed of the loads of a trip, to be shown with its plan."""

from typing import Final

from tripplan.physics import loads
from tripplan.records.trip import Trip
from tripplan.vehicle_model.conditioned import trailer_kg

_TOWED: Final = {
    "open": "An open trailer",
    "covered": "A covered trailer",
    "horse": "A trailer for horses",
    "caravan": "A caravan",
}
_RACKS: Final = {"tow_bar": "on the tow bar", "roof": "on the roof"}


def load_assumptions(trip: Trip) -> list[str]:
    """Say which figures stand for people, bicycles, trailer and tyres, and where they are from."""
    given, told = trip.conditions, []
    if given.passengers:
        who = (
            "1 passenger counts"
            if given.passengers == 1
            else f"{given.passengers} passengers count"
        )
        each = "" if given.passengers == 1 else " each"
        told.append(f"{who} {loads.PERSON_KG:g} kg{each}, with hand luggage.")
    if given.bikes != "none":
        rack = loads.BIKES[given.bikes]
        told.append(
            f"Two bicycles {_RACKS[given.bikes]} add {rack.drag_area_m2:g} m² of drag area "
            f"(fitted to the ADAC's test of 2022) and {rack.mass_kg:g} kg."
        )
    if given.winter_tyres:
        told.append(
            f"Winter tyres are taken to roll {loads.WINTER_TYRES - 1.0:.0%} harder, as on one car."
        )
    if given.trailer != "none":
        towed = loads.TRAILERS[given.trailer]
        mass = "as stated" if given.trailer_kg is not None else "usual of its kind"
        told.append(
            f"{_TOWED[given.trailer]} adds {towed.drag_area_m2:g} m² of drag area (fitted to the "
            f"ADAC's test of 2022, ±20 %) and {trailer_kg(given):g} kg ({mass}); it brakes as the "
            "car does, and whether this car may tow it was not looked at."
        )
        told.append(
            f"With the trailer at most {trip.max_speed_kmh or 0.0:g} km/h: the driver's limit or, "
            "where none was stated, that for motorways in the country; lower limits for trailers "
            "on other roads are not known."
            if trip.max_speed_kmh is not None
            else "No speed limit for the trailer was stated."
        )
    elif given.trailer_kg is not None:
        told.append(
            "No trailer was stated (open, covered, horse, caravan): its mass of "
            f"{given.trailer_kg:g} kg does not count."
        )
    return told
