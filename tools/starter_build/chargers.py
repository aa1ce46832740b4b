"""Illustrative charging sites: made up, but placed so that a small battery can cross the country.

No package holds real chargers under a free licence.  Sites stand at towns on the freeways, and at
nodes named after the nearest town where there is none.  Which sites: a greedy cover, so that no
stretch of road between two CHAdeMO sites is longer than `LONGEST_GAP_KM`, where each metre of
height counts like `CLIMB_KM_PER_M` of road.
"""

import hashlib
import heapq
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra

from starter_build.geo import Floats, Nearest, compass, haversine_km
from starter_build.network import Network
from starter_build.sources import Town

LONGEST_GAP_KM = 50.0
CLIMB_KM_PER_M = 0.02
"""A stretch that climbs 1,000 m may be 30 km long instead of 50."""
GREEDY_SHARE = 0.44
"""Radius of the greedy cover in gaps; with half a gap more sites are needed in the end."""
CLOSING_KM = 6.0
TOWN_WITHIN_KM = 5.0
NAMED_WITHIN_KM = 8.0
TOWN_BONUS = 1.1
CITY_INHABITANTS = 100_000
EXTRA_SHARE = 0.03
"""Beside the cover, cities and this share of the towns on a freeway get a site without CHAdeMO."""


@dataclass(frozen=True)
class Site:
    """An illustrative charging site at a network node."""

    name: str
    node: int
    connectors: str
    stalls: int


class Cover:
    """Chooses nodes so that every edge lies on a short enough gap between two of them."""

    def __init__(self, network: Network, elevation_m: Floats, preferred: set[int]) -> None:
        rise = np.abs(elevation_m[network.head] - elevation_m[network.tail])
        self.effort_km = network.length_km + CLIMB_KM_PER_M * rise
        self.count = len(network.latlon)
        self.tail, self.head = network.tail, network.head
        rows: list[list[tuple[int, float]]] = [[] for _ in range(self.count)]
        for i, j, km in zip(network.tail, network.head, self.effort_km, strict=True):
            rows[i].append((int(j), float(km)))
            rows[j].append((int(i), float(km)))
        self.neighbours = rows
        self.preferred = preferred
        weight = np.bincount(network.tail, network.length_km, self.count)
        self.weight = weight + np.bincount(network.head, network.length_km, self.count)

    def ball(self, centre: int, radius_km: float) -> dict[int, float]:
        """Return the nodes within an effort of `radius_km` and their efforts."""
        done: dict[int, float] = {}
        queue = [(0.0, centre)]
        while queue:
            effort, node = heapq.heappop(queue)
            if node in done:
                continue
            done[node] = effort
            for other, km in self.neighbours[node]:
                if other not in done and effort + km <= radius_km:
                    heapq.heappush(queue, (effort + km, other))
        return done

    def choose(self) -> list[int]:
        """Return the chosen nodes: greedy cover, gaps closed, then what is not needed dropped."""
        chosen = self._greedy(GREEDY_SHARE * LONGEST_GAP_KM)
        while True:
            gap = self.gaps(chosen)
            worst = int(np.argmax(gap))
            if gap[worst] <= LONGEST_GAP_KM:
                break
            near = self.ball(int(self.tail[worst]), CLOSING_KM)
            chosen.append(self._best(near, chosen))
        return self._pruned(chosen)

    def _best(self, near: dict[int, float], chosen: list[int]) -> int:
        free = [n for n in near if n not in set(chosen)]
        return min(free, key=lambda n: (n not in self.preferred, near[n], n))

    def _greedy(self, radius_km: float) -> list[int]:
        balls = [list(self.ball(node, radius_km)) for node in range(self.count)]
        bonus = np.ones(self.count)
        bonus[sorted(self.preferred)] = TOWN_BONUS
        open_ = self.weight.copy()
        queue = [(-float(open_[b].sum()) * bonus[n], n) for n, b in enumerate(balls)]
        heapq.heapify(queue)
        chosen = []
        while queue and open_.any():
            _, node = heapq.heappop(queue)
            gain = float(open_[balls[node]].sum()) * bonus[node]
            if gain <= 0:
                continue
            if queue and gain < -queue[0][0]:
                heapq.heappush(queue, (-gain, node))
                continue
            chosen.append(node)
            open_[balls[node]] = 0
        return chosen

    def gaps(self, chosen: list[int]) -> Floats:
        """Return, for each edge, the effort between the sites on both sides of it, km."""
        matrix = coo_matrix((self.effort_km, (self.tail, self.head)), (self.count, self.count))
        nearest = dijkstra(matrix.tocsr(), directed=False, indices=chosen, min_only=True)
        return nearest[self.tail] + self.effort_km + nearest[self.head]

    def _pruned(self, chosen: list[int]) -> list[int]:
        kept = set(chosen)
        crowded = {n: sum(m in kept for m in self.ball(n, LONGEST_GAP_KM)) for n in chosen}
        for node in sorted(chosen, key=lambda n: (n in self.preferred, -crowded[n], n)):
            area = self.ball(node, LONGEST_GAP_KM)
            rest = [n for n in area if n in kept and n != node]
            if rest and self._holds(area, rest):
                kept.remove(node)
        return sorted(kept)

    def _holds(self, area: dict[int, float], rest: list[int]) -> bool:
        nearest = dict.fromkeys(rest, 0.0)
        queue = [(0.0, n) for n in rest]
        while queue:
            effort, node = heapq.heappop(queue)
            if effort > nearest[node]:
                continue
            for other, km in self.neighbours[node]:
                if other in area and effort + km < nearest.get(other, np.inf):
                    nearest[other] = effort + km
                    heapq.heappush(queue, (effort + km, other))
        half = LONGEST_GAP_KM / 2
        inside = [n for n, effort in area.items() if effort <= half]
        return all(
            nearest.get(n, np.inf) + km + nearest.get(m, np.inf) <= LONGEST_GAP_KM
            for n in inside
            for m, km in self.neighbours[n]
        )


def place_sites(network: Network, elevation_m: Floats, towns: list[Town]) -> list[Site]:
    """Return the illustrative sites, by node."""
    at = np.array([(t.lat, t.lon) for t in towns])
    distance, node = Nearest(network.latlon).query(at)
    town_nodes: dict[int, Town] = {}
    for row in np.argsort([-t.population for t in towns], kind="stable"):
        if distance[row] <= TOWN_WITHIN_KM:
            town_nodes.setdefault(int(node[row]), towns[row])
    cover = Cover(network, elevation_m, set(town_nodes))
    chosen = cover.choose()
    names = _Names(network, towns, town_nodes)
    sites = [_site(names.name(n), n, chademo=True) for n in chosen]
    taken = set(chosen)
    extra = [
        n
        for n, town in sorted(town_nodes.items())
        if n not in taken
        and (town.population >= CITY_INHABITANTS or _draw(town.name, town.state) < EXTRA_SHARE)
    ]
    sites += [_site(names.name(n), n, chademo=False) for n in extra]
    return sorted(sites, key=lambda s: s.node)


class _Names:
    def __init__(self, network: Network, towns: list[Town], at_node: dict[int, Town]) -> None:
        self.network, self.towns, self.at_node = network, towns, at_node
        self.nearest = Nearest(np.array([(t.lat, t.lon) for t in towns]))
        self.used: dict[str, int] = {}

    def name(self, node: int) -> str:
        """Return a name not used before."""
        text = f"Illustrative fast charger, {self._where(node)}"
        self.used[text] = self.used.get(text, 0) + 1
        return text if self.used[text] == 1 else f"{text} ({self.used[text]})"

    def _where(self, node: int) -> str:
        town = self.at_node.get(node)
        if town is None:
            position = self.network.latlon[node]
            town = self.towns[int(self.nearest.query(position[None])[1][0])]
            km = float(haversine_km(position, np.array([town.lat, town.lon])))
            if km > NAMED_WITHIN_KM:
                point = compass(np.array([town.lat, town.lon]), position)
                return f"freeway {km:.0f} km {point} of {town.name}, {town.state}"
        return f"{town.name}, {town.state}"


def _draw(*words: str) -> float:
    """Return a number in [0, 1) that depends on the words only."""
    digest = hashlib.sha256("|".join(words).encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def _pick(draw: float, options: tuple[tuple[float, int], ...]) -> int:
    for share, value in options:
        if draw < share:
            return value
        draw -= share
    return options[-1][1]


def _site(name: str, node: int, *, chademo: bool) -> Site:
    ccs = _pick(_draw(name, "ccs"), ((0.15, 50), (0.15, 100), (0.45, 150), (0.25, 350)))
    plugs = [f"CCS1:{ccs}"]
    if chademo:
        plugs.append(f"CHADEMO:{_pick(_draw(name, 'chademo'), ((0.85, 50), (0.15, 62)))}")
    if not chademo or _draw(name, "nacs") < 0.4:
        plugs.append(f"NACS:{_pick(_draw(name, 'nacs power'), ((0.4, 150), (0.6, 250)))}")
    stalls = _pick(_draw(name, "stalls"), ((0.3, 2), (0.4, 4), (0.2, 6), (0.1, 8)))
    return Site(name, node, ";".join(plugs), stalls)
