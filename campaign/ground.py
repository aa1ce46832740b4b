"""Where a campaign plans: regions by name, made-up worlds, and small changes to both."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from tests.samples.worlds import hilly_region, in_pieces
from tripplan.arrays import Longs
from tripplan.planning.requests import named_region
from tripplan.records.charger import Charger, Connector
from tripplan.records.charger_set import ChargerSet
from tripplan.records.network import RoadNetwork
from tripplan.records.region import Region

MADE_UP = "made-up"
_STANDARDS = ("CHADEMO", "CCS1", "CCS2", "NACS")
_HOURS = (
    "24/7",
    "06:00-22:00",
    "Mo-Sa 08:00-18:00",
    "07:00-12:00,13:00-17:00",
    "20:00-08:00",
    "Sa-Su 10:00-16:00",
)
_PRICES = ("", "", "0.29 USD/kWh", "0.79 USD/kWh", "0.35 USD/kWh; 2 USD/session", "0.40 USD/min")


@dataclass(frozen=True)
class Ground:
    """A region, and what is otherwise there."""

    name: str
    """"starter", the folder of a region, or `made_up` and its numbers."""
    nodes: tuple[int, ...] | None = None
    """Nodes of the region that are kept, in its own numbers; None: all."""
    chargers: tuple[str, ...] | None = None
    """Ids of the sites that are kept; None: all."""
    power: float = 1.0
    """Factor on the power of every plug."""
    renumbered: int | None = None
    """Seed of another order of nodes, arcs and sites; None: theirs."""

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Ground":
        """Read it from what JSON makes of it."""
        kept = {k: None if data[k] is None else tuple(data[k]) for k in ("nodes", "chargers")}
        return cls(**{**data, **kept})

    @property
    def is_made_up(self) -> bool:
        """Whether it is a small world drawn by lot."""
        return self.name.startswith(MADE_UP)


def made_up(seed: int, nodes: int, chargers: int, size_km: int) -> str:
    """Return the name of a small world.

    Parameters
    ----------
    seed, nodes, chargers, size_km
        As `tests.samples.worlds.hilly_region` takes them.
    """
    return f"{MADE_UP}:{seed}:{nodes}:{chargers}:{size_km}"


@lru_cache(maxsize=12)
def region_of(ground: Ground) -> Region:
    """Return the region of a ground.

    Raises
    ------
    InvalidInputError, DataError
        There is no such region, or it cannot be used.
    """
    if ground.renumbered is not None:
        return renumbered(region_of(replace(ground, renumbered=None)), ground.renumbered)
    if ground.power != 1.0:
        return _with_power(region_of(replace(ground, power=1.0)), ground.power)
    if ground.nodes is not None:
        whole = region_of(replace(ground, nodes=None))
        return _with_nodes(whole, np.array(ground.nodes, np.int64))
    if ground.chargers is not None:
        return _with_chargers(region_of(replace(ground, chargers=None)), set(ground.chargers))
    return _made_up(ground.name) if ground.is_made_up else named_region(ground.name)


def _made_up(name: str) -> Region:
    seed, nodes, chargers, size_km = map(int, name.split(":")[1:])
    plain = hilly_region(seed, nodes=nodes, chargers=chargers, size_km=size_km)
    rng = np.random.default_rng([seed, 1])
    sites = tuple(_furnished(site, rng) for site in plain.chargers.chargers)
    region = replace(plain, chargers=ChargerSet(sites, plain.chargers.node))
    return replace(in_pieces(region), name=name)


def _furnished(site: Charger, rng: np.random.Generator) -> Charger:
    """Give a site plugs for every car, and hours and prices by lot."""
    kw = float(rng.choice([20.0, 50.0, 50.0, 100.0, 150.0]))
    return replace(
        site,
        connectors=tuple(Connector(standard, kw) for standard in _STANDARDS),
        opening_hours=None if rng.uniform() < 0.4 else str(rng.choice(_HOURS)),
        price=str(rng.choice(_PRICES)),
        access="public",
    )


def renumbered(region: Region, seed: int) -> Region:
    """Return the same region with its nodes, arcs and sites in another order.

    Parameters
    ----------
    region
        A region.
    seed
        Seed of the order.
    """
    rng = np.random.default_rng(seed)
    new_of = rng.permutation(region.network.node_count)
    network = _rebuilt(
        region.network, np.argsort(new_of), rng.permutation(region.network.arc_count)
    )
    order = rng.permutation(len(region.chargers))
    chargers = ChargerSet(
        tuple(region.chargers.chargers[k] for k in order),
        new_of[region.chargers.node[order]].astype(np.int32),
    )
    return replace(region, network=network, chargers=chargers, order=None)


def _rebuilt(old: RoadNetwork, nodes: Longs, arcs: Longs) -> RoadNetwork:
    """Build a network of some nodes and arcs of another, in this order; both ends must be there."""
    new_of = np.full(old.node_count, -1, np.int64)
    new_of[nodes] = np.arange(nodes.size)
    rows = []
    for first, one, other in (
        (old.shape_first, old.shape_lat, old.shape_lon),
        (old.piece_first, old.piece_length_m, old.piece_rise_m),
    ):
        begins, ends = first[arcs].astype(np.int64), first[arcs + 1].astype(np.int64)
        parts = [np.arange(begin, end) for begin, end in zip(begins, ends, strict=True)]
        inside = np.concatenate([np.zeros(0, np.int64), *parts])
        rows.append((np.concatenate([[0], np.cumsum(ends - begins)]), one[inside], other[inside]))
    return RoadNetwork.from_arcs(
        lat=old.lat[nodes],
        lon=old.lon[nodes],
        elevation_m=old.elevation_m[nodes],
        tail=new_of[old.tail[arcs]],
        head=new_of[old.head[arcs]],
        length_m=old.length_m[arcs],
        speed_kmh=old.speed_kmh[arcs],
        speed_limit_kmh=old.speed_limit_kmh[arcs],
        road_class=old.road_class[arcs],
        flags=old.flags[arcs],
        shapes=rows[0],
        pieces=rows[1],
        node_flags=old.node_flags[nodes],
    )


def _with_nodes(region: Region, nodes: Longs) -> Region:
    kept = np.zeros(region.network.node_count, np.bool_)
    kept[nodes] = True
    arcs = np.flatnonzero(kept[region.network.tail] & kept[region.network.head])
    network = _rebuilt(region.network, nodes, arcs)
    new_of = np.cumsum(kept) - 1
    sites = [k for k, node in enumerate(region.chargers.node.tolist()) if kept[node]]
    chargers = ChargerSet(
        tuple(region.chargers.chargers[k] for k in sites),
        new_of[region.chargers.node[sites]].astype(np.int32),
    )
    return replace(region, network=network, chargers=chargers, order=None)


def _with_chargers(region: Region, ids: set[str]) -> Region:
    kept = [k for k, site in enumerate(region.chargers.chargers) if site.id in ids]
    sites = tuple(region.chargers.chargers[k] for k in kept)
    return replace(region, chargers=ChargerSet(sites, region.chargers.node[kept]))


def _with_power(region: Region, factor: float) -> Region:
    sites = tuple(
        replace(
            site,
            connectors=tuple(
                replace(plug, power_kw=plug.rated_kw * factor) for plug in site.connectors
            ),
        )
        for site in region.chargers.chargers
    )
    return replace(region, chargers=ChargerSet(sites, region.chargers.node))
