"""A made-up railway as a GTFS feed, and a small country for it; like no real place."""

import zipfile
from pathlib import Path
from typing import Final

import numpy as np

from tripplan.records.charger_set import ChargerSet
from tripplan.records.gazetteer import Gazetteer, GazetteerEntry
from tripplan.records.network import RoadNetwork
from tripplan.records.region import Region

HOME, NEAR, FAR, TOWN = (40.0, -100.0), (40.0, -99.9), (40.0, -99.7), (40.0, -99.5)
"""On one road, 8.5, 26 and 43 km from home."""
STOPS: Final = {
    "near": ("Near Station", NEAR, ""),
    "far-1": ("Far Station, platform 1", FAR, "far"),
    "far": ("Far Station", FAR, ""),
    "town": ("Town Hall", (40.0, -99.5), ""),
    "harbour": ("Harbour", (40.004, -99.5), ""),
    "moor": ("Moor", (40.3, -99.9), ""),
}
WEEK: Final = "monday,tuesday,wednesday,thursday,friday,saturday,sunday"
Calls = list[tuple[str, str, str]]
"""Stop, arrival, departure."""


def country() -> Region:
    """Return a straight road from home to the town, with its places."""
    lon = np.array([HOME[1], NEAR[1], FAR[1], TOWN[1]])
    length = 1.05 * 85_180.0 * np.diff(lon)
    network = RoadNetwork.from_edges(
        lat=np.full(4, 40.0),
        lon=lon,
        elevation_m=np.zeros(4),
        tail=[0, 1, 2],
        head=[1, 2, 3],
        length_m=length,
        speed_kmh=np.full(3, 60.0),
        speed_limit_kmh=np.full(3, 80.0),
        two_way=True,
    )
    names = {"Home": HOME, "Near": NEAR, "Far": FAR, "Town": TOWN}
    entries = tuple(GazetteerEntry(name, "", *at, 1000) for name, at in names.items())
    return Region(
        "rail country", network, ChargerSet((), np.zeros(0, np.int32)), Gazetteer(entries)
    )


def files(
    trips: dict[str, tuple[str, Calls]],
    *,
    days: str = "1,1,1,1,1,0,0",
    more: dict[str, str] | None = None,
) -> dict[str, str]:
    """Return the files of a feed by their names.

    Parameters
    ----------
    trips
        Service and calls of each trip.
    days
        On which days of the week the service "usual" runs, in 2026.
    more
        Other files, or other texts of these.
    """
    rows = [
        f"{trip},{stop},{arrives},{leaves},{number}"
        for trip, (_, calls) in trips.items()
        for number, (stop, arrives, leaves) in enumerate(calls, 1)
    ]
    return {
        "agency.txt": "agency_id,agency_name,agency_url,agency_timezone\n"
        "r,Rail,https://example.org,America/Denver\n",
        "stops.txt": "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station\n"
        + "".join(
            f'{id_},"{name}",{lat},{lon},{int(id_ == "far")},{parent}\n'
            for id_, (name, (lat, lon), parent) in STOPS.items()
        ),
        "routes.txt": "route_id,agency_id,route_short_name,route_type\nA,r,A,2\n",
        "trips.txt": "route_id,service_id,trip_id\n"
        + "".join(f"A,{service},{trip}\n" for trip, (service, _) in trips.items()),
        "stop_times.txt": "trip_id,stop_id,arrival_time,departure_time,stop_sequence\n"
        + "\n".join(rows)
        + "\n",
        "calendar.txt": f"service_id,{WEEK},start_date,end_date\nusual,{days},20260101,20261231\n",
        **(more or {}),
    }


def feed(path: Path, content: dict[str, str]) -> Path:
    """Write a feed as a zip file."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in content.items():
            archive.writestr(name, text)
    return path


def clock(seconds: float) -> str:
    """Return seconds after midnight as a feed writes them."""
    whole = round(seconds)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def hourly(
    stops: tuple[str, ...], first_s: int, last_s: int, every_s: int, hop_s: int
) -> list[Calls]:
    """Return trips along stops at a fixed headway, with half a minute at each.

    Parameters
    ----------
    stops
        In order.
    first_s, last_s, every_s
        First and last departure, and the time between. [s]
    hop_s
        From stop to stop. [s]
    """
    found = []
    for start in range(first_s, last_s + 1, every_s):
        calls = []
        for k, stop in enumerate(stops):
            at = start + k * hop_s
            calls.append((stop, clock(at), clock(at + 30)))
        found.append(calls)
    return found
