"""Stands and charges at a stop of a finished plan."""

from dataclasses import replace

import numpy as np
import pytest

from tests.oracles.test_heat_twin import heat_problem
from tripplan.errors import NoPlanError
from tripplan.planning.stops import State, Stop, stop_at
from tripplan.records.trip import Place
from tripplan.search.solve import SolutionStop


@pytest.mark.parametrize("takes", [True, False])
def test_a_pack_that_takes_no_charge_is_a_refusal(takes: bool) -> None:
    """Before: infinite times, of which no plan can be made, and an error of the record."""
    problem, _ = heat_problem(0, "hot")
    assert problem.power is not None
    if not takes:
        none = np.zeros_like(problem.power.limit_kw)
        problem = replace(problem, power=problem.power._replace(limit_kw=none))
    stop = Stop(int(problem.charger_node[0]), Place(lat=0.0, lon=0.0), charger_kw=50.0)
    chosen = SolutionStop(0, -1, 0.6 * problem.capacity_kwh, 0.0)
    state = State(0.3 * problem.capacity_kwh, 30.0)
    if takes:
        assert stop_at(stop, chosen, 1, problem, state).energy_kwh > 0.0
        return
    with pytest.raises(NoPlanError, match="too cold or too hot"):
        stop_at(stop, chosen, 1, problem, state)
