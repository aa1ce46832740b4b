"""Plan -> KML 2.2 for Google Earth and its kin: points, and a line a leg.

Element names and their order are those of the OGC's schema (07-147r2); WGS 84.
"""

from pathlib import Path
from xml.etree import ElementTree as ET

from tripplan.output.drawing.access import AccessLine, access_lines
from tripplan.output.drawing.colours import soc_colour
from tripplan.output.files.gpx import does
from tripplan.output.text import access_text, road_text, statements, stop_text, words
from tripplan.records.atomic import write_text_atomically
from tripplan.records.plan import ChargingStop, Leg, Plan
from tripplan.records.trip import Place

_GREY = "ffb0b0b0"
KML = "http://www.opengis.net/kml/2.2"


def to_kml(plan: Plan) -> str:
    """Return KML: a folder of points and a folder of legs, each in the colour of its mean SoC."""
    root = ET.Element("kml", {"xmlns": KML})
    document = ET.SubElement(root, "Document")
    trip = plan.trip
    _named(document, f"{trip.origin.label} - {trip.destination.label}")
    warning = statements.cautions(plan)
    if warning:
        ET.SubElement(document, "description").text = warning
    for number, leg in enumerate(plan.legs, start=1):
        style = ET.SubElement(document, "Style", {"id": f"leg-{number}"})
        line = ET.SubElement(style, "LineStyle")
        ET.SubElement(line, "color").text = _colour(0.5 * (leg.departure_soc + leg.arrival_soc))
        ET.SubElement(line, "width").text = "5"
    if any(leg.access for leg in plan.legs):
        line = ET.SubElement(ET.SubElement(document, "Style", {"id": "access"}), "LineStyle")
        ET.SubElement(line, "color").text = _GREY
        ET.SubElement(line, "width").text = "3"
    points = _named(ET.SubElement(document, "Folder"), "Stops")
    _point(points, trip.origin, trip.origin.label, "start")
    for stop in plan.stops:
        _point(points, stop, f"{stop_text.title(stop)}: {stop_text.place(stop)}", does(stop))
    _point(points, trip.destination, trip.destination.label, "destination")
    legs = _named(ET.SubElement(document, "Folder"), "Legs")
    for number, leg in enumerate(plan.legs, start=1):
        _line(legs, leg, number)
    access = list(access_lines(plan))
    if access:
        folder = _named(ET.SubElement(document, "Folder"), "Ways between places and roads")
        for one in access:
            _access(folder, one)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, "unicode") + "\n"


def _named(element: ET.Element, name: str) -> ET.Element:
    ET.SubElement(element, "name").text = words.one_line(name)
    return element


def _point(folder: ET.Element, place: Place | ChargingStop, name: str, description: str) -> None:
    mark = _named(ET.SubElement(folder, "Placemark"), name)
    ET.SubElement(mark, "description").text = description
    point = ET.SubElement(mark, "Point")
    ET.SubElement(point, "coordinates").text = _position(place.lat, place.lon)


def _line(folder: ET.Element, leg: Leg, number: int) -> None:
    mark = _named(ET.SubElement(folder, "Placemark"), f"Leg {number}")
    by = road_text.in_words(leg)
    ET.SubElement(mark, "description").text = (
        f"{words.distance(leg.distance_km)}, {words.duration(leg.driving_s)}, "
        f"{words.percent(leg.departure_soc)} to {words.percent(leg.arrival_soc)}"
        f"{f', by {by}' if by else ''}"
    )
    ET.SubElement(mark, "styleUrl").text = f"#leg-{number}"
    line = ET.SubElement(mark, "LineString")
    ET.SubElement(line, "tessellate").text = "1"
    positions = [_position(*at) for at in zip(leg.trace.lat, leg.trace.lon, strict=True)]
    ET.SubElement(line, "coordinates").text = " ".join(
        positions if len(positions) > 1 else positions * 2
    )


def _access(folder: ET.Element, one: AccessLine) -> None:
    """Draw a way of which only the ends are known in grey over its leg: KML knows no dashes."""
    mark = _named(ET.SubElement(folder, "Placemark"), access_text.title(one.leg, one.way))
    ET.SubElement(mark, "description").text = access_text.in_words(one.leg, one.way)
    ET.SubElement(mark, "styleUrl").text = "#access"
    line = ET.SubElement(mark, "LineString")
    ET.SubElement(line, "tessellate").text = "1"
    ET.SubElement(line, "coordinates").text = " ".join(_position(*at) for at in one.points)


def _position(lat: float, lon: float) -> str:
    return f"{lon:.6f},{lat:.6f}"


def _colour(soc: float) -> str:
    """Return a colour as KML writes it: opacity, blue, green, red."""
    red, green, blue = (soc_colour(soc)[k : k + 2] for k in (1, 3, 5))
    return f"ff{blue}{green}{red}"


def write_kml(plan: Plan, path: str | Path) -> None:
    """Write a plan as KML; `DataError` if the file cannot be written."""
    write_text_atomically(path, to_kml(plan))
