"""Chargers of the German register (Bundesnetzagentur, Ladesäulenregister): its CSV download.

Semicolons, decimal commas, ten lines or so before the header, UTF-8 with a mark or cp1252.  A row
is a device; a cell may name several plugs, and their powers in the same order.  The register holds
what is open to the public, by law (Ladesäulenverordnung).
"""

import csv
import io
import re
from collections.abc import Mapping
from typing import Any, Final

from tripplan.records.base import as_text
from tripplan.records.charger import Charger, Connector, SourceEntry
from tripplan.records.outside import decoding
from tripplan.sources.chargers import values
from tripplan.sources.chargers.grouping import Places, grouped, known_first, rows_of, with_joined
from tripplan.sources.chargers.hours import ALWAYS, DAYS
from tripplan.sources.chargers.plugs import Rating, gathered, most, operation_of, plug, stated
from tripplan.sources.chargers.products import limit_kw
from tripplan.sources.chargers.reading import ChargerReading, read_rows, wrong_shape
from tripplan.sources.chargers.roads import road_ref
from tripplan.sources.chargers.standards import DC
from tripplan.sources.chargers.states import CLOSED, PLANNED, skip_by_dates, state_of, works
from tripplan.sources.chargers.values import SkipRow, Tally

SOURCE: Final = "Bundesnetzagentur"
LICENCE: Final = "CC BY 4.0"
MOST_PLUGS: Final = 12
"""Numbered columns that are looked for; there are six in 2026."""
HEADER_WITHIN: Final = 40
"""Lines within which the header stands."""

_KINDS: Final = (
    (re.compile(r"combo\s*1|ccs\s*1"), "CCS1"),
    (re.compile(r"combo|ccs"), "CCS2"),
    (re.compile(r"chademo"), "CHADEMO"),
    (re.compile(r"megawatt|mcs"), "MCS"),
    (re.compile(r"tesla"), "TESLA_TYPE2"),
    (re.compile(r"schuko|haushalt"), "DOMESTIC"),
    (re.compile(r"\bcee\b|iec 60309"), "CEE"),
    (re.compile(r"typ\s*1"), "TYPE1"),
    (re.compile(r"typ\s*3"), "TYPE3"),
    (re.compile(r"typ\s*2"), "TYPE2"),
)
"""Words of the register's names for plugs; the first that fits."""
_DAY_OF: Final = dict(
    zip(
        ("montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag"),
        DAYS,
        strict=True,
    )
)
_SPAN: Final = re.compile(r"(\d{1,2}):(\d{2})\s*(?:uhr)?\s*(?:-|\u2013|bis)\s*(\d{1,2}):(\d{2})")
_STATES: Final = {
    "inbetrieb": "operational",
    "inwartung": "maintenance",
    "wartung": "maintenance",
    "ausserbetrieb": "out of order",
    "störung": "out of order",
    "inplanung": "planned",
    "inbau": "planned",
    "stillgelegt": "removed",
    "zurückgebaut": "removed",
}


def header_of(text: str) -> int | None:
    """Return where the header of the register begins, characters; None: it is another table.

    Parameters
    ----------
    text
        The file, or its beginning.
    """
    start = 0
    for _ in range(HEADER_WITHIN):
        end = text.find("\n", start)
        line = text[start : end if end >= 0 else len(text)].casefold()
        if "breitengrad" in line and "steckertypen" in line:
            return start
        if end < 0:
            return None
        start = end + 1
    return None


def read_bnetza(text: str, *, where: str = "Ladesäulenregister") -> ChargerReading:
    """Read the register's CSV.

    Parameters
    ----------
    text
        The text, with the lines before its header.
    where
        Name of the file, for messages.

    Raises
    ------
    DataError
        It has no such header, or is no CSV.
    """
    start = header_of(as_text(text, where=where))
    if start is None:
        raise wrong_shape(where, "a header with Breitengrad, Längengrad and Steckertypen1")
    stand = re.search(r"(\d{2})\.(\d{2})\.(20\d{2})", text[:start])
    date = f"{stand[3]}-{stand[2]}-{stand[1]}" if stand else ""
    reader = csv.reader(io.StringIO(text[start:], newline=""), delimiter=";")
    with decoding(where, "CSV table"):
        names = [_plain(name) for name in next(reader)]
        rows = [
            dict(zip(names, cells, strict=False))
            for cells in reader
            if any(cell.strip() for cell in cells)
        ]
    places = Places()

    def key_of(row: Mapping[str, Any]) -> object:
        try:
            return places.name(str(row.get("betreiber")), *_position(row))
        except SkipRow:
            return None

    sites, joined = grouped(rows, key_of)
    reading = read_rows(
        sites,
        lambda site, tally: _charger(site, date, tally),
        source=SOURCE,
        format="Bundesnetzagentur CSV",
    )
    return with_joined(reading, joined)


def _plain(name: str) -> str:
    """Bring a column's name into a form that all years share; casefold() writes ß as ss."""
    plain = re.sub(r"\[.*?\]|[^a-z0-9äöü]", "", name.casefold())
    plain = re.sub(r"^p(\d+)$", r"nennleistungstecker\1", plain)
    return "nennleistungladeeinrichtung" if plain == "anschlussleistung" else plain


def _position(row: Mapping[str, Any]) -> tuple[float, float]:
    lat, lon = (str(row.get(name) or "").strip() for name in ("breitengrad", "längengrad"))
    # Some rows carry a stray point at the end: "52,5.".
    return values.position(*(part.replace(",", ".").rstrip(".") for part in (lat, lon)))


def _charger(site: Mapping[str, Any], date: str, tally: Tally) -> Charger:
    devices = rows_of(site)
    lat, lon = _position(devices[0])
    plugs: list[Connector] = []
    stalls = {True: 0, False: 0}
    standing, reason = 0, CLOSED
    for device in devices:
        try:
            _skip_what_is_not_there(device, tally)
        except SkipRow as skip:
            reason = str(skip)
            if len(devices) > 1:
                tally.ignore(f"a device: {reason}")
            continue
        standing += 1
        for point in _points(device, tally):
            plugs += point
            if not any(one.operation == "out_of_service" for one in point):
                stalls[any(one.standard in DC for one in point)] += 1
    if not standing:
        raise SkipRow(reason)
    row = devices[0]
    number = values.text(row.get("ladeeinrichtungsid"), tally, limit=40)
    street = " ".join(str(row.get(name) or "").strip() for name in ("strasse", "hausnummer"))
    shown = values.known(known_first(devices, "anzeigenamekarte"), tally)
    operator = values.known(row.get("betreiber"), tally)
    found = gathered(plugs)
    entry = SourceEntry(SOURCE, f"bnetza:{number or f'{lat:.5f},{lon:.5f}'}", date, LICENCE)
    return Charger(
        id=entry.id,
        name=values.known(known_first(devices, "standortbezeichnung"), tally)
        or shown
        or operator
        or "charging station",
        lat=lat,
        lon=lon,
        connectors=found,
        status="listed",
        source=SOURCE,
        stalls=stalls[True] or stalls[False] or None,
        operator=operator,
        network=shown,
        address=values.joined([street, row.get("postleitzahl"), row.get("ort")], tally),
        town=values.known(row.get("ort"), tally),
        road=road_ref(street),
        access="public",
        access_note=values.known(known_first(devices, "informationenzumparkraum"), tally),
        opening_hours=_hours(row, tally),
        fee=False if "kostenlos" in str(row.get("bezahlsysteme")).casefold() else None,
        operation=operation_of(found),
        sources=(entry,),
    )


def _state(device: Mapping[str, Any]) -> str:
    plain = re.sub(r"[^a-zäöü]", "", str(device.get("status") or "").casefold())
    return _STATES.get(plain, plain)


def _skip_what_is_not_there(device: Mapping[str, Any], tally: Tally) -> None:
    state = state_of(_state(device))
    if state in ("planned", "removed"):
        raise SkipRow(PLANNED if state == "planned" else CLOSED)
    opened = re.fullmatch(
        r"(\d{1,2})\.(\d{1,2})\.(\d{4})", str(device.get("inbetriebnahmedatum")).strip()
    )
    if opened:
        skip_by_dates(f"{opened[3]}-{int(opened[2]):02d}-{int(opened[1]):02d}", None, tally)


def _points(device: Mapping[str, Any], tally: Tally) -> list[list[Connector]]:
    """Read the charge points of a device, the plugs of each."""
    most_kw = most(_decimal(device.get("nennleistungladeeinrichtung")), tally).power_kw
    limits = [most_kw, limit_kw(device.get("standortbezeichnung"))]
    limit = min((kw for kw in limits if kw is not None), default=None)
    operation = works(state_of(_state(device)))
    points = []
    for number in range(1, MOST_PLUGS + 1):
        names = _parts(device.get(f"steckertypen{number}"))
        ratings = _ratings(device.get(f"nennleistungstecker{number}"), len(names), tally)
        plugs = []
        for name, rating in zip(names, ratings, strict=True):
            kind = next((kind for words, kind in _KINDS if words.search(name.casefold())), None)
            if kind is None:
                tally.ignore("a kind of plug that is not known")
                continue
            own = rating if rating.power_kw is not None else Rating(limit_kw=limit)
            plugs.append(plug(kind, own, tally, count=1, operation=operation))
        if plugs:
            points.append(plugs)
    return points


def _parts(cell: object) -> list[str]:
    return [part.strip() for part in re.split(r"[;,]", str(cell or "")) if part.strip()]


def _ratings(cell: object, plugs: int, tally: Tally) -> list[Rating]:
    """Return the power of each plug of a cell: its own, or the only one that the cell states."""
    parts = [part.strip() for part in str(cell or "").split(";") if part.strip()]
    if plugs > 1 and len(parts) == plugs:
        return [most(_decimal(part), tally) for part in parts]
    found = stated("; ".join(map(str, map(_decimal, parts))), tally) if parts else ()
    if plugs > 1 and len(found) > 1:
        tally.ignore("powers of a charge point that are not one for each plug")
        return [Rating()] * plugs
    return [most(_decimal(parts[0]), tally) if parts else Rating()] * plugs


def _decimal(cell: object) -> str:
    """Write a power with a point, and without the digits that a spreadsheet adds to 57,4."""
    plain = re.sub(r"(?<=\d),(?=\d)", ".", str(cell or "").strip())
    return re.sub(r"(\.\d{3})\d+", r"\1", plain)


def _hours(row: Mapping[str, Any], tally: Tally) -> str | None:
    kind = re.sub(r"[^a-z0-9]", "", str(row.get("öffnungszeiten") or "").casefold())
    if kind in ("247", "24stunden", "durchgehend"):
        return ALWAYS
    days = [_DAY_OF.get(day.casefold()) for day in _parts(row.get("öffnungszeitenwochentage"))]
    spans = _spans(row.get("öffnungszeitentageszeiten"))
    if not days or not spans:
        return None
    if None in days or len(spans) not in (1, len(days)):
        tally.ignore("opening hours that are not understood")
        return None
    spans = spans * len(days) if len(spans) == 1 else spans
    return "; ".join(f"{day} {span}" for day, span in zip(days, spans, strict=True))


def _spans(cell: object) -> list[str]:
    found: list[str] = []
    for part in re.split(r"[;|]", str(cell or "")):
        times = [
            f"{int(a):02d}:{b}-{int(c):02d}:{d}" for a, b, c, d in _SPAN.findall(part.casefold())
        ]
        if times:
            found.append(",".join(times).replace("-00:00", "-24:00"))
    return found
