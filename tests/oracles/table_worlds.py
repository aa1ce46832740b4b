"""Random small worlds for the stop search alone: a table of drives, chargers and constraints.

Energies are whole levels of charge, heights are node potentials, so that no cycle gains energy.
"""

from dataclasses import dataclass

import numpy as np

from tests.oracles.plain_choice import plain_wishes
from tests.oracles.twin import IMPOSSIBLE, Hop, LevelWorld, simulated_arrival
from tripplan.arrays import Floats, Ints
from tripplan.search.kernels.labels import Bounds, Constraints, Drives


@dataclass(frozen=True)
class TableDrive:
    """A drive between two stops as the levels that its pieces spend."""

    tail: int
    head: int
    time_s: float
    pieces: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class TableWorld:
    """Stops 0..n-1 are chargers, n is the origin, n + 1 the destination; energies in levels."""

    chargers: int
    cells: int
    """Cells of constant power."""
    per_cell: int
    """Levels in a cell."""
    level_kwh: float
    curve_kw: Floats
    """Power of the car in each cell, shape (cells,)."""
    powers_kw: Floats
    """Distinct powers of chargers, rising, shape (powers,)."""
    power: Ints
    """Which of them each charger has, shape (chargers,)."""
    drives: tuple[TableDrive, ...]
    start: int
    reserve: int
    final: int
    limit: int
    overhead_s: float

    @property
    def full(self) -> int:
        """Level of a full battery."""
        return self.cells * self.per_cell

    @property
    def cell_s(self) -> Floats:
        """Time that each cell takes at each power, shape (powers, cells)."""
        kw = np.minimum(self.curve_kw[None, :], self.powers_kw[:, None])
        return np.asarray(self.per_cell * self.level_kwh * 3600.0 / kw)


def random_table_world(seed: int) -> TableWorld:
    """Draw a world; about two thirds can be crossed, mostly with one to four stops."""
    rng = np.random.default_rng(seed)
    chargers = int(rng.integers(4, 8))
    cells = int(rng.choice([8, 10, 16, 20]))
    per_cell = int(rng.choice([1, 2, 4])) if cells <= 10 else int(rng.choice([1, 2]))
    full = cells * per_cell
    powers = np.sort(rng.choice([7.0, 22.0, 50.0, 100.0, 150.0], rng.integers(1, 4), replace=False))
    reserve = int(rng.integers(0, full // 5 + 1))
    limit = int(rng.integers(reserve + full // 2, full + 1))
    return TableWorld(
        chargers=chargers,
        cells=cells,
        per_cell=per_cell,
        level_kwh=float(rng.uniform(0.2, 4.0)),
        curve_kw=_random_curve(rng, cells),
        powers_kw=powers,
        power=rng.integers(0, powers.size, chargers).astype(np.int32),
        drives=_random_drives(rng, chargers, full),
        start=int(rng.integers(max(reserve, full // 3), full + 1)),
        reserve=reserve,
        final=int(rng.integers(reserve, reserve + (full - reserve) // 2 + 1)),
        limit=limit,
        overhead_s=float(rng.choice([0.0, 30.0, 300.0, 900.0])),
    )


def _random_curve(rng: np.random.Generator, cells: int) -> Floats:
    kind = rng.integers(0, 4)
    if kind == 0:
        return np.full(cells, rng.uniform(5.0, 150.0))
    if kind == 1:
        return np.sort(rng.uniform(3.0, 150.0, cells))[::-1].copy()
    if kind == 2:
        return np.sort(rng.uniform(3.0, 150.0, cells))
    return np.asarray(rng.uniform(3.0, 150.0, cells))


def _random_drives(rng: np.random.Generator, chargers: int, full: int) -> tuple[TableDrive, ...]:
    """Drives along a line of stops with detours; some pairs have a thrifty and a quick one."""
    origin, destination = chargers, chargers + 1
    place = np.concatenate([rng.uniform(0.0, 1.0, chargers), [0.0, 1.0]])
    aside = np.concatenate([rng.uniform(0.0, 0.3, chargers), [0.0, 0.0]])
    height = rng.integers(0, max(full // 4, 1), chargers + 2)
    span = rng.uniform(0.8, 2.2) * full
    drives = []
    for tail in range(chargers + 1):
        for head in [*range(chargers), destination]:
            apart = float(np.hypot(place[tail] - place[head], aside[tail] + aside[head]))
            if head in (tail, origin) or apart > rng.uniform(0.35, 1.0):
                continue
            for _ in range(int(rng.integers(1, 3))):
                lost = round(apart * span * rng.uniform(0.6, 1.4))
                time_s = float(apart * 14400.0 * rng.uniform(0.5, 1.5))
                rise = int(height[head] - height[tail])
                drives.append(TableDrive(tail, head, time_s, _pieces(rng, lost, rise, full)))
    return tuple(drives)


def _pieces(rng: np.random.Generator, lost: int, rise: int, full: int) -> tuple[int, ...]:
    """Split what a drive loses and rises over one to four pieces with ups and downs between."""
    count = int(rng.integers(1, 5))
    share = rng.multinomial(lost, np.full(count, 1.0 / count))
    bumps = rng.integers(-full // 8, full // 8 + 1, count)
    bumps[-1] = rise - int(bumps[:-1].sum())
    return tuple(int(a + b) for a, b in zip(share, bumps, strict=True))


def as_levels(world: TableWorld, leave_from: int) -> LevelWorld:
    """Return the world as the twin sees it: every drive simulated from every level."""
    rows: list[list[Hop]] = [[] for _ in range(world.chargers + 1)]
    for drive in world.drives:
        arrival = tuple(
            simulated_arrival(drive.pieces, level, world.reserve, world.full)
            if level >= world.reserve
            else IMPOSSIBLE
            for level in range(world.full + 1)
        )
        rows[drive.tail].append(Hop(drive.head, drive.time_s, arrival))
    seconds = world.cell_s[world.power] / world.per_cell
    return LevelWorld(
        hops=tuple(tuple(row) for row in rows),
        charge_s=np.repeat(seconds, world.per_cell, axis=1).tolist(),
        start=world.start,
        final=world.final,
        limit=world.limit,
        overhead_s=world.overhead_s,
        leave_from=leave_from,
    )


@dataclass(frozen=True)
class Chain:
    """Drives in a row without a charge between them; energies in levels."""

    parts: tuple[TableDrive, ...]
    time_s: float
    need: int
    cost: int
    most: int

    @property
    def head(self) -> int:
        """Stop that it leads to."""
        return self.parts[-1].head

    def then(self, other: "Chain", full: int) -> "Chain | None":
        """Drive another chain afterwards; None: impossible even with a full battery."""
        need = max(self.need, self.cost + other.need)
        if self.most < other.need or need > full:
            return None
        return Chain(
            self.parts + other.parts,
            self.time_s + other.time_s,
            need,
            self.cost + other.cost,
            min(other.most, self.most - other.cost),
        )

    def is_no_worse(self, other: "Chain") -> bool:
        """Whether the other one is superfluous beside it."""
        return (
            self.time_s <= other.time_s
            and self.need <= other.need
            and self.cost <= other.cost
            and self.most >= other.most
        )


def single(world: TableWorld, drive: TableDrive) -> Chain | None:
    """Need, cost and most of a drive, read off its simulation; None: impossible."""
    reached = [
        (level, left)
        for level in range(world.reserve, world.full + 1)
        if (left := simulated_arrival(drive.pieces, level, world.reserve, world.full)) >= 0
    ]
    if not reached:
        return None
    return Chain((drive,), drive.time_s, reached[0][0], sum(drive.pieces), reached[-1][1])


def closed(world: TableWorld, rows: list[list[Chain]]) -> list[list[Chain]]:
    """Add all chains of drives past chargers that no other chain makes superfluous."""
    every = []
    for tail, row in enumerate(rows):
        kept: dict[int, list[Chain]] = {}
        fresh = list(row)
        while fresh:
            chain = fresh.pop()
            others = kept.setdefault(chain.head, [])
            if chain.head == tail or any(other.is_no_worse(chain) for other in others):
                continue
            kept[chain.head] = [o for o in others if not chain.is_no_worse(o)] + [chain]
            if chain.head < world.chargers:
                longer = (chain.then(part, world.full) for part in rows[chain.head])
                fresh += [more for more in longer if more is not None]
        every.append([chain for chains in kept.values() for chain in chains])
    return every


@dataclass(frozen=True, eq=False)
class Table:
    """What `choose_stops` takes."""

    drives: Drives
    charging_function_s: Floats
    constraints: Constraints
    parts: tuple[tuple[TableDrive, ...], ...]
    """The drives behind each one of the table."""


def as_table(world: TableWorld, *, passing: bool) -> Table:
    """Return the world as the compiled search sees it, all rows known from the beginning.

    The search charges the overhead wherever a drive of its table ends at a charger, so driving
    past chargers must be in the table as drives of its own, as it is where they come from roads.
    """
    found = [(drive.tail, single(world, drive)) for drive in world.drives]
    rows = [
        [chain for tail, chain in found if chain is not None and tail == stop]
        for stop in range(world.chargers + 1)
    ]
    if passing:
        rows = closed(world, rows)
    stops = world.chargers + 2
    row_begin, row_end = np.zeros(stops, np.int32), np.zeros(stops, np.int32)
    target_begin, target_end = np.zeros((1, stops), np.int32), np.zeros((1, stops), np.int32)
    chains: list[Chain] = []
    # The table counts the destination before the origin.
    for stop, row in enumerate(rows):
        here = stop if stop < world.chargers else world.chargers + 1
        row_begin[here] = len(chains)
        chains += [chain for chain in row if chain.head < world.chargers]
        row_end[here] = target_begin[0, here] = len(chains)
        chains += [chain for chain in row if chain.head > world.chargers]
        target_end[0, here] = len(chains)
    kwh = world.level_kwh
    none = np.zeros(len(chains))
    drives = Drives(
        stop=np.array([min(chain.head, world.chargers) for chain in chains], np.int32),
        stage=np.array([1 if chain.head > world.chargers else -1 for chain in chains], np.int32),
        time_s=np.array([chain.time_s for chain in chains], np.float64),
        min_departure_kwh=np.array([chain.need * kwh for chain in chains], np.float64),
        consumed_kwh=np.array([chain.cost * kwh for chain in chains], np.float64),
        max_arrival_kwh=np.array([chain.most * kwh for chain in chains], np.float64),
        heat_j=none,
        slower_s_per_kwh=none,
        slower_kwh=none,
        row_begin=row_begin,
        row_end=row_end,
        target_begin=target_begin,
        target_end=target_end,
    )
    running = np.cumsum(world.cell_s, axis=1)
    charging_function_s = np.concatenate([np.zeros((world.powers_kw.size, 1)), running], axis=1)
    return Table(
        drives, charging_function_s, _wishes(world), tuple(chain.parts for chain in chains)
    )


def _wishes(world: TableWorld) -> Constraints:
    kwh = world.level_kwh
    return plain_wishes(
        start_kwh=world.start * kwh,
        reserve_kwh=world.reserve * kwh,
        full_kwh=world.full * kwh,
        limit_kwh=world.limit * kwh,
        final_kwh=world.final * kwh,
        step_kwh=world.per_cell * kwh,
        overhead_s=world.overhead_s,
        level=world.power,
    )


def no_bounds(world: TableWorld) -> Bounds:
    """Bounds that know nothing: zero time from everywhere."""
    shape = (2, world.chargers + 2)
    return Bounds(np.zeros(shape), np.full(shape, -1e9), np.zeros(shape), 1e15, 0.0, 1.0, 0.0)


def honest_bounds(world: TableWorld) -> Bounds:
    """Admissible bounds by Bellman and Ford over the drives, capacity and reserve ignored."""
    best_kw = float(min(world.curve_kw.max(), world.powers_kw[-1]))
    price = 3600.0 * world.level_kwh / best_kw
    time_s = _rest(world, [drive.time_s for drive in world.drives])
    lost = _rest(world, [float(sum(drive.pieces)) for drive in world.drives])
    priced = _rest(world, [drive.time_s + price * sum(drive.pieces) for drive in world.drives])
    return Bounds(
        time_s,
        lost * world.level_kwh,
        priced,
        best_kw,
        world.overhead_s,
        (world.limit - world.reserve) * world.level_kwh,
        world.final * world.level_kwh,
    )


def _rest(world: TableWorld, weight: list[float]) -> Floats:
    """Least weight to the destination from each stop as the table counts them, in both stages."""
    rest = np.full(world.chargers + 2, np.inf)
    rest[-1] = 0.0
    for _ in range(world.chargers + 2):
        for drive, w in zip(world.drives, weight, strict=True):
            rest[drive.tail] = min(rest[drive.tail], w + rest[drive.head])
    stages = np.full((2, world.chargers + 2), np.inf)
    stages[0, : world.chargers] = rest[: world.chargers]
    stages[0, -1] = rest[world.chargers]
    stages[1, world.chargers] = 0.0
    return stages
