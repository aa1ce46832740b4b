"""Random small worlds for the stop search alone: a table of drives, chargers and wishes.

Energies are whole levels of charge, heights are node potentials, so that no cycle gains energy.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tests.oracles.twin import IMPOSSIBLE, Hop, LevelWorld, simulated_arrival
from tripplan.search.kernels.passing import add_passing_drives
from tripplan.search.kernels.stops import Bounds, Drives, Wishes

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


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


def as_levels(world: TableWorld) -> LevelWorld:
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
    )


def profile(world: TableWorld, drive: TableDrive) -> tuple[int, int, int] | None:
    """Need, cost and most of a drive in levels, read off its simulation; None: impossible."""
    reached = [
        (level, left)
        for level in range(world.reserve, world.full + 1)
        if (left := simulated_arrival(drive.pieces, level, world.reserve, world.full)) >= 0
    ]
    floor = world.final if drive.head == world.chargers + 1 else world.reserve
    reached = [(level, left) for level, left in reached if left >= floor]
    if not reached:
        return None
    return reached[0][0], sum(drive.pieces), reached[-1][1]


@dataclass(frozen=True, eq=False)
class Table:
    """What `choose_stops` takes."""

    drives: Drives
    before: Ints
    last: Ints
    level: Ints
    tau_s: Floats
    wishes: Wishes
    direct: tuple[TableDrive, ...]
    """The drive behind each entry of ``last``."""


def as_table(world: TableWorld) -> Table:
    """Return the world as the compiled search sees it, passing drives included."""
    profiles = [(drive, profile(world, drive)) for drive in world.drives]
    direct = [(drive, found) for drive, found in profiles if found is not None]
    flat = [(drive.head, drive.time_s, *found) for drive, found in direct]
    table = np.array(flat, dtype=np.float64).reshape(-1, 5)
    tails = np.array([drive.tail for drive, _ in direct], np.int64)
    per_row = np.bincount(tails, minlength=world.chargers + 1)
    first = np.concatenate([[0], np.cumsum(per_row)]).astype(np.int32)
    heads = table[:, 0].astype(np.int32)
    kwh = world.level_kwh
    reserve_kwh = world.reserve * kwh
    need, cost, most = table[:, 2] * kwh, table[:, 3] * kwh, table[:, 4] * kwh
    room = np.full(world.chargers + 1, (world.limit - world.reserve) * kwh)
    room[-1] = (world.start - world.reserve) * kwh
    least = np.zeros(world.chargers + 2)
    least[-1] = (world.final - world.reserve) * kwh
    values = np.stack(
        [table[:, 1], need - reserve_kwh, cost, most - reserve_kwh, np.zeros(heads.size)]
    )
    all_first, all_stop, columns, before, last = add_passing_drives(
        first, heads, values, room, least
    )
    tau_s = np.concatenate(
        [np.zeros((world.powers_kw.size, 1)), np.cumsum(world.cell_s, axis=1)], axis=1
    )
    return Table(
        drives=Drives(
            np.append(all_first, all_first[-1]).astype(np.int32),
            all_stop,
            columns[0],
            columns[1] + reserve_kwh,
            columns[2],
            columns[3] + reserve_kwh,
            columns[4],
        ),
        before=before,
        last=last,
        level=np.append(world.power, [0, 0]).astype(np.int32),
        tau_s=tau_s,
        wishes=Wishes(
            world.chargers,
            world.chargers + 1,
            world.start * kwh,
            world.limit * kwh,
            world.overhead_s,
            world.per_cell * kwh,
        ),
        direct=tuple(drive for drive, _ in direct),
    )


def no_bounds(world: TableWorld) -> Bounds:
    """Bounds that know nothing: zero time from everywhere."""
    stops = world.chargers + 2
    return Bounds(np.zeros(stops), np.full(stops, -1e9), np.zeros(stops), 1e9, 0.0, 1.0, 0.0)


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
    rest = np.full(world.chargers + 2, np.inf)
    rest[-1] = 0.0
    for _ in range(world.chargers + 2):
        for drive, w in zip(world.drives, weight, strict=True):
            rest[drive.tail] = min(rest[drive.tail], w + rest[drive.head])
    return rest
