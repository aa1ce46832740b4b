"""The names of a region: built-in towns and airports, its own places, its chargers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tripplan.records.charger import Charger
from tripplan.records.gazetteer import CHARGER, Gazetteer, GazetteerEntry, Points, folded_name
from tripplan.records.network import RoadNetwork
from tripplan.sources.starter import STATES, built_in_names
from tripplan.sources.world_towns import world_towns

if TYPE_CHECKING:
    from tripplan.sources.osm.file import OsmPlace

MARGIN_DEG: Final = 0.1
"""Built-in places this far outside the box of the roads still count as the region's (assumption);
some 10 km."""
SAME_TOWN_KM: Final = 10.0
"""An own place within this of a built-in town of its name is that town (assumption), unless its
own tags name another state."""
_STATE_KEYS: Final = (
    "is_in:state_code",
    "gnis:ST_alpha",
    "is_in:iso_3166_2",
    "ISO3166-2",
    "addr:state",
    "is_in:state",
)
"""Tags of a place node that name its state, by code or by name."""


@dataclass(frozen=True)
class RegionNames:
    """What a region knows by name, and where the names come from."""

    gazetteer: Gazetteer
    sources: tuple[dict[str, Any], ...]
    """Of the built-in names; none where none lies in the region."""
    counts: dict[str, int]
    """How many names are of which kind, and how many own places are built-in towns already."""


def region_names(
    network: RoadNetwork, places: "Sequence[OsmPlace]", sites: Sequence[Charger]
) -> RegionNames:
    """Gather the names of a region: of its towns, of its own places, and of its chargers last.

    Parameters
    ----------
    network
        Its roads; the built-in towns and airports in the box around them are the region's.
    places
        Its own place nodes.  One that is a built-in town counts as that, which knows its state.
    sites
        Its chargers.
    """
    every, sources = built_in_names()
    box = _box(network)
    south, west, north, east = box
    built_in = [e for e in every if south <= e.lat <= north and west <= e.lon <= east]
    towns = Points.of([entry for entry in built_in if entry.is_town])
    states = STATES if built_in else {}
    own = [_entry(place, states) for place in places if place.name]
    new = [entry for entry in own if not _is_one_of(entry, towns)]
    world = world_towns(*box)
    # Where a town of another country has a node of its own, that is what people there call it.
    called = Points.of(new)
    abroad = [entry for entry in world.entries if not _is_called(entry, called)]
    chargers = charger_names(sites)
    taken = (*(sources if built_in else ()), *(world.sources if abroad else ()))
    return RegionNames(
        gazetteer=Gazetteer(
            (*built_in, *abroad, *new, *chargers), states, world.country_codes if abroad else {}
        ),
        sources=tuple({**source, "taken": "names"} for source in taken),
        counts={
            "built-in towns and airports": len(built_in) + len(abroad),
            "own places": len(new),
            "own places that are built-in towns": len(own) - len(new),
            "chargers": len(chargers),
        },
    )


def charger_names(sites: Sequence[Charger]) -> tuple[GazetteerEntry, ...]:
    """Return the names of chargers, which count less than those of any place."""
    return tuple(
        GazetteerEntry(site.name, "", site.lat, site.lon, population=-1, kind=CHARGER)
        for site in sites
        if site.name
    )


def _box(network: RoadNetwork) -> tuple[float, float, float, float]:
    """Return south, west, north and east of the roads, and a little beside them [deg]."""
    return (
        float(network.lat.min()) - MARGIN_DEG,
        float(network.lon.min()) - MARGIN_DEG,
        float(network.lat.max()) + MARGIN_DEG,
        float(network.lon.max()) + MARGIN_DEG,
    )


def _entry(place: "OsmPlace", states: Mapping[str, str]) -> GazetteerEntry:
    """Make an entry; in which state it lies only its own tags say, not the nearest town."""
    return GazetteerEntry(
        name=place.name,
        area=_state_of(place.tags, states),
        lat=place.lat,
        lon=place.lon,
        population=place.population or 0,
        kind=place.kind,
    )


def _state_of(tags: Mapping[str, str], states: Mapping[str, str]) -> str:
    """Return the code of the state that a place's tags name; "" where they name none."""
    if tags.get("is_in:country_code", "US").upper() != "US":
        return ""
    by_name = {folded_name(name): code for code, name in states.items()}
    for key in _STATE_KEYS:
        word = tags.get(key, "").strip().removeprefix("US-")
        code = word.upper() if word.upper() in states else by_name.get(folded_name(word), "")
        if code:
            return code
    return ""


def _is_one_of(entry: GazetteerEntry, towns: Points) -> bool:
    near = np.flatnonzero(towns.km_from(entry.lat, entry.lon) <= SAME_TOWN_KM)
    name = folded_name(entry.name)
    return any(
        folded_name(towns.entries[k].name) == name and entry.area in {"", towns.entries[k].area}
        for k in near
    )


def _is_called(town: GazetteerEntry, own: Points) -> bool:
    """Whether one of the places near a town has its name, or another that it is known by."""
    near = np.flatnonzero(own.km_from(town.lat, town.lon) <= SAME_TOWN_KM)
    names = {folded_name(name) for name in (town.name, *town.aliases)}
    return any(folded_name(own.entries[k].name) in names for k in near)
