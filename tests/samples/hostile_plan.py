"""Names as a stranger might write them into open data, and a sample plan full of them."""

from dataclasses import replace
from typing import Any

from tests.samples.plan import sample_region
from tests.samples.plan_with_waypoints import visits_plan
from tripplan.records.charger_set import ChargerSet
from tripplan.records.gazetteer import Gazetteer, GazetteerEntry
from tripplan.records.plan import ChargingStop, Leg, Plan, RoadStretch
from tripplan.records.region import Region

HOSTILE = {
    "script": "<script>window.pwned=1</script>",
    "image": '"><img src=x onerror="window.pwned=1">',
    "close script": "</script><script>window.pwned=1</script>",
    "comment": "<!-- <script> --!>",
    "quotes": """' " ' + window.pwned=1 + '""",
    "backtick": "`);window.pwned=1;(`",
    "placeholder": "${window.pwned=1}",
    "backslash": "\\`);window.pwned=1;// \\u0060 \\x",
    "template": "{{ 'pow' ~ 'ned' }}{% for x in () %}{# note #}",
    "template class": "{{ ''.__class__.__mro__ }}",
    "entities": "&lt;b&gt; &amp; &#60;b&#62;",
    "separators": "one\u2028two\u2029three\u0085four",
    "control": "red \x1b[31m bell \x07 nul \x00 line\r\nfeed",
    "right to left": "\u202eKEN DROFLUX\u202c \u05e9\u05dc\u05d5\u05dd",
    "emoji": "Lade\U0001f50bs\u00e4ule \U0001f468\u200d\U0001f469\u200d\U0001f467 \u00e9\u0301",
    "long": ("Ladestation " * 850).strip(),
    "hex": "0123456789abcdef" * 2,
    "formula": "=HYPERLINK(1)",
    "markdown": "[red]bold[/red] **x**",
}


def named_plan(name: str) -> Plan:
    """Return the sample with visits with this name wherever a plan carries text from data."""
    plain = visits_plan()
    places = {"origin": plain.trip.origin, "destination": plain.trip.destination}
    trip: dict[str, Any] = {
        key: place.model_copy(update={"name": name}) for key, place in places.items()
    }
    trip["via_chargers"] = (name,)
    trip["waypoints"] = tuple(
        waypoint.model_copy(update={"place": waypoint.place.model_copy(update={"name": name})})
        for waypoint in plain.trip.waypoints
    )
    legs = tuple(
        leg.model_copy(
            update={
                "start": leg.start.model_copy(update={"name": name}),
                "end": leg.end.model_copy(update={"name": name}),
                "roads": _named_roads(leg, name),
            }
        )
        for leg in plain.legs
    )
    changes: dict[str, Any] = {
        "trip": plain.trip.model_copy(update=trip),
        "legs": legs,
        "stops": tuple(_named_stop(stop, name) for stop in plain.stops),
        "vehicle": plain.vehicle.model_copy(update={"name": name, "note": name}),
        "region": name,
        "tripplan_version": name,
        "certificate": plain.certificate.model_copy(update={"method": name}),
        "audit": plain.audit.model_copy(update={"passed": False, "objections": (name,)}),
        "assumptions": (name,),
        "sources": (name,),
    }
    return plain.model_copy(update=changes)


def _named_roads(leg: Leg, name: str) -> tuple[RoadStretch, ...]:
    """Return roads of a leg with this name: a number short enough for a sign, and a name."""
    first_km, last_km = leg.trace.distance_km[0], leg.trace.distance_km[-1]
    middle_km = 0.5 * (first_km + last_km)
    ref, exit_ = name[:9].strip(), name[:20].strip()
    return (
        RoadStretch(from_km=first_km, to_km=middle_km, ref=ref, exit=exit_, towards=name),
        RoadStretch(from_km=middle_km, to_km=last_km, name=name),
    )


def _named_stop(stop: ChargingStop, name: str) -> ChargingStop:
    changes: dict[str, Any] = {"name": name, "road": name[:9].strip()}
    if stop.charger and stop.connector:
        plug = replace(stop.connector, standard=name, power_rule=name, standard_rule=name)
        changes["connector"] = plug
        changes["charger"] = replace(
            stop.charger, id=name, name=name, operator=name, network=f"net {name}",
            opening_hours=name, price=name, address=name, source=name, access_note=name,
            connectors=(plug,),
        )  # fmt: skip
    return stop.model_copy(update=changes)


def named_region(name: str) -> Region:
    """Return the sample region with this name for towns, chargers and itself."""
    plain = sample_region()
    towns = tuple(
        GazetteerEntry(name, name, town.lat, town.lon, town.population)
        for town in plain.gazetteer.entries
    )
    chargers = tuple(
        replace(charger, name=name, operator=name) for charger in plain.chargers.chargers
    )
    return replace(
        plain,
        name=name,
        gazetteer=Gazetteer(towns),
        chargers=ChargerSet(chargers, plain.chargers.node),
        assumptions=(name,),
        provenance={name: name},
    )
