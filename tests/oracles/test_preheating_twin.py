"""Preheating against enumeration on small worlds: plans not worse, and no bound above the best.

The twin tries all sequences of a few stops, every drive of the table, departures on a grid of SoC,
and on each drive to a charger the heater off or on for one of a few times before the end.  It
steps over driving, heating and standing in seconds, with the equation of the pack alone.
"""

import math
from dataclasses import dataclass, replace

from tests.oracles.heat_twin import SLACK_KWH, HeatTwin, TooManyError
from tests.oracles.test_heat_twin import GRAIN, Table, heat_problem, whole_table
from tripplan.errors import DisconnectedError, NoPlanError
from tripplan.physics.charging import SOC_CELLS, charge_step
from tripplan.physics.thermal import NO_HEATER, PackHeater, PackModel, parked_pack_c
from tripplan.records.settings import Settings
from tripplan.search.problem import Problem
from tripplan.search.reach import OutOfReach
from tripplan.search.solve import Solution, solve

WORLDS = 30
MOST_STOPS = 3
RUNS_S = (0.0, 600.0, 1200.0, 1800.0)
"""Times for which the twin's heater runs at the end of a drive."""
STEP_S = 20.0
WORST_LOSS_S = 90.0
"""So much the plan may miss: its stops come from searches without the heater."""
ROOM = 1500


def warmed(
    start_c: float, heat_25c_w: float, heater_w: float, duration_s: float, pack: PackModel
) -> float:
    """Step through a drive of steady heat: fourth-order Runge and Kutta, without a thermostat."""

    def slope(c: float) -> float:
        heat_w = heat_25c_w * math.exp(pack.resistance_per_k * (25.0 - c)) + heater_w
        loss_w = pack.conductance_driving_w_per_k * (c - pack.air_c)
        return (heat_w - loss_w) / pack.heat_capacity_j_per_k

    steps = max(1, math.ceil(duration_s / STEP_S))
    dt, c = duration_s / steps, start_c
    for _ in range(steps):
        first = slope(c)
        second = slope(c + 0.5 * dt * first)
        third = slope(c + 0.5 * dt * second)
        c += dt * (first + 2.0 * second + 2.0 * third + slope(c + dt * third)) / 6.0
    return c


@dataclass
class WarmTwin(HeatTwin):
    """The same enumeration with a heater, for packs without active cooling."""

    heater: PackHeater = NO_HEATER
    preheated: bool = False
    """Whether the best sequence has the heater on somewhere."""
    _on: int = 0

    def _drive_on(
        self, stop: int, time_s: float, energy_kwh: float, pack_c: float, stops: int
    ) -> None:
        drives, pack = self.drives, self.problem.pack
        for k in self._leaving(stop):
            to, duration = int(drives.stop[k]), float(drives.time_s[k])
            for run_s in RUNS_S if to != self._destination else (0.0,):
                heater_kwh = self.heater.power_kw * run_s / 3600.0
                need_kwh = float(drives.min_departure_kwh[k]) + heater_kwh
                if run_s > duration or energy_kwh < need_kwh - SLACK_KWH:
                    continue
                left = energy_kwh - float(drives.consumed_kwh[k])
                left = min(left, float(drives.max_arrival_kwh[k])) - heater_kwh
                reached = time_s + duration
                if self._too_late(to, reached, left):
                    continue
                if to == self._destination:
                    if left >= self.problem.final_kwh - SLACK_KWH:
                        self.best_s, self.preheated = reached, self._on > 0
                elif stops < self.most_stops:
                    heat_w = float(drives.heat_j[k]) / max(duration, 1e-9)
                    heater_w = 1000.0 * self.heater.power_kw
                    warm_c = warmed(pack_c, heat_w, 0.0, duration - run_s, pack)
                    warm_c = warmed(warm_c, heat_w, heater_w, run_s, pack)
                    if run_s > 0.0 and warm_c > self.heater.target_c:
                        continue  # a thermostat would interfere: left to shorter runs
                    self._on += run_s > 0.0
                    self._charge(to, reached, left, warm_c, stops + 1)
                    self._on -= run_s > 0.0

    def _charge(
        self, stop: int, time_s: float, energy_kwh: float, pack_c: float, stops: int
    ) -> None:
        problem = self.problem
        assert problem.power is not None
        self.charges += 1
        if self.charges > self.room:
            raise TooManyError
        time_s += problem.overhead_s
        pack_c = parked_pack_c(pack_c, 0.0, problem.overhead_s, problem.pack)
        soc = energy_kwh / problem.capacity_kwh
        self._drive_on(stop, time_s, energy_kwh, pack_c, stops)
        while soc * problem.capacity_kwh < problem.limit_kwh - SLACK_KWH:
            cell = math.floor(soc * SOC_CELLS + 1e-9) + 1
            taken_s, pack_c = charge_step(
                soc,
                cell / SOC_CELLS,
                pack_c,
                float(problem.charger_kw[stop]),
                problem.power,
                problem.pack,
            )
            time_s, soc = time_s + taken_s, cell / SOC_CELLS
            if self._too_late(stop, time_s, cell * problem.step_kwh):
                return
            if cell % self.grid == 0:
                self._drive_on(stop, time_s, cell * problem.step_kwh, pack_c, stops)


def heater_world(seed: int) -> tuple[Problem, Table, Solution | None]:
    """Draw a cold world with a heater and without active cooling, and plan it."""
    problem, rows = heat_problem(seed, "cold")
    pack = problem.pack._replace(cooling_w=0.0, cooling_on_c=math.inf)
    heater = PackHeater(power_kw=3.0 + seed % 4, target_c=25.0)
    problem = replace(problem, pack=pack, heater=heater)
    table = whole_table(problem, rows)
    settings = Settings(departure_step=GRAIN / SOC_CELLS, heat_bound_levels=1)
    try:
        return problem, table, solve(problem, rows, settings)
    except (OutOfReach, DisconnectedError, NoPlanError):
        return problem, table, None


def test_plans_and_bounds_with_a_heater_hold_against_enumeration() -> None:
    compared = helped = twins = 0
    for seed in range(WORLDS):
        problem, table, found = heater_world(seed)
        if found is None or len(found.stops) > MOST_STOPS:
            continue
        assert problem.heater is not None
        twin = WarmTwin(
            problem,
            table.pool.drives,
            GRAIN,
            MOST_STOPS,
            best_s=found.time_s + WORST_LOSS_S,
            room=ROOM,
            heater=problem.heater,
        )
        try:
            best_s = twin.shortest_time_s()
        except TooManyError:
            continue
        assert found.lower_bound_s <= min(best_s, found.time_s) + 1e-5, f"world {seed}"
        assert found.time_s <= best_s + WORST_LOSS_S, f"world {seed}"
        if found.unheated is not None:
            assert found.time_s < found.unheated.time_s, f"world {seed}"
        helped += any(found.preheated_s)
        twins += twin.preheated
        compared += 1
    assert compared >= 20
    assert twins >= 2
    assert helped >= 4
