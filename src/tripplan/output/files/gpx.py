"""Plan -> GPX 1.1 for navigation devices: waypoints, a route by way of the stops, and a track.

Element names and their order are those of https://www.topografix.com/GPX/1/1/; WGS 84.
"""

from pathlib import Path
from xml.etree import ElementTree as ET

from tripplan.output.text import road_text, statements, stop_text, words
from tripplan.records.atomic import write_text_atomically
from tripplan.records.plan import ChargingStop, Plan
from tripplan.records.trip import Place

GPX = "http://www.topografix.com/GPX/1/1"


def to_gpx(plan: Plan) -> str:
    """Return GPX 1.1: both ends and the stops as waypoints and as a route, the road as a track.

    A device that plans its own way takes the route; one that follows a line takes the track.
    """
    root = ET.Element("gpx", {"xmlns": GPX, "version": "1.1", "creator": "tripplan"})
    trip = plan.trip
    title = words.one_line(f"{trip.origin.label} - {trip.destination.label}")
    metadata = ET.SubElement(root, "metadata")
    ET.SubElement(metadata, "name").text = title
    _warned(metadata, plan)
    points: list[tuple[Place | ChargingStop, str, str]] = [
        (trip.origin, trip.origin.label, "start"),
        *((stop, f"{stop.number} {stop_text.place(stop)}", does(stop)) for stop in plan.stops),
        (trip.destination, trip.destination.label, "destination"),
    ]
    for place, name, text in points:
        _point(root, "wpt", place, name, text)
    route = ET.SubElement(root, "rte")
    ET.SubElement(route, "name").text = title
    _warned(route, plan)
    for place, name, text in points:
        _point(route, "rtept", place, name, text)
    _track(root, plan, title)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, "unicode") + "\n"


def _warned(element: ET.Element, plan: Plan) -> None:
    """Describe a part by what a driver has to know first: devices show but the part they take."""
    warning = statements.cautions(plan)
    if warning:
        ET.SubElement(element, "desc").text = warning


def _track(root: ET.Element, plan: Plan, title: str) -> None:
    track = ET.SubElement(root, "trk")
    ET.SubElement(track, "name").text = title
    by = road_text.of_plan(plan)
    told = " ".join(filter(None, (statements.cautions(plan), f"By {by}." if by else "")))
    if told:
        ET.SubElement(track, "desc").text = told
    # Regions without heights have 0 m everywhere, which a file for others must not claim.
    has_heights = any(any(leg.trace.elevation_m) for leg in plan.legs)
    for leg in plan.legs:
        segment = ET.SubElement(track, "trkseg")
        columns = zip(leg.trace.lat, leg.trace.lon, leg.trace.elevation_m, strict=True)
        for lat, lon, elevation_m in columns:
            point = ET.SubElement(segment, "trkpt", {"lat": f"{lat:.6f}", "lon": f"{lon:.6f}"})
            if has_heights:
                ET.SubElement(point, "ele").text = f"{elevation_m:.1f}"


def _point(
    root: ET.Element, element: str, place: Place | ChargingStop, name: str, text: str
) -> None:
    point = ET.SubElement(root, element, {"lat": f"{place.lat:.6f}", "lon": f"{place.lon:.6f}"})
    ET.SubElement(point, "name").text = words.one_line(name)
    ET.SubElement(point, "desc").text = text


def does(stop: ChargingStop) -> str:
    """Say what happens at a stop, for a list of points."""
    mark = f"{words.MADE_UP}: " if stop.illustrative else ""
    text = (
        f"{mark}arrive {words.percent(stop.arrival_soc)}, leave {words.percent(stop.departure_soc)}"
    )
    if stop_text.is_waypoint(stop):
        return f"{text}, {stop_text.stay(stop)}, {stop_text.charged_there(stop)}"
    waiting = stop_text.waiting(stop)
    return f"{text}, {f'{waiting}, ' if waiting else ''}{words.duration(stop.charging_s)} charging"


def write_gpx(plan: Plan, path: str | Path) -> None:
    """Write a plan as GPX; `DataError` if the file cannot be written."""
    write_text_atomically(path, to_gpx(plan))
