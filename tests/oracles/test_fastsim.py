"""FASTSim 2.1.5 (Apache-2.0), an independent program, on the EPA's cycles.

Cars with the same mass, drag and rolling figures; the drives differ: FASTSim has a map of the
motor, we have two efficiencies.  FASTSim wants an older numpy than the tests, so its results stand
here; where TRIPPLAN_FASTSIM names an interpreter that has it, it is run again.
"""

import json
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

from tripplan.calibration.drive_log import DriveLog, follow
from tripplan.records.trip import Conditions
from tripplan.records.vehicle import catalogue
from validation import epa

NAMES = ("mass_kg", "drag_coefficient", "frontal_area_m2", "rolling_coefficient", "udds", "hwfet")
FASTSIM = (
    ("2017 CHEVROLET Bolt", 1757.77, 0.29, 2.845, 0.0073, 10.1, 12.62),
    ("2016 Leaf 24 kWh", 1612.9, 0.315, 2.755, 0.008, 9.7, 12.67),
    ("2016 Nissan Leaf 30 kWh", 1636.03, 0.315, 2.755, 0.008, 9.77, 12.73),
    ("2022 Tesla Model 3 RWD", 1752, 0.23, 2.22, 0.007, 9.09, 9.79),
)
"""Name, then the columns of NAMES; the cycles in kWh/100 km out of the battery."""


def battery_kwh_per_100km(row: dict[str, float], cycle: str) -> float:
    """Drive FASTSim's chassis by our model, in FASTSim's air of 1.2 kg/m3."""
    base = catalogue()["nissan-leaf-30"]
    load = base.road_load.model_copy(update={name: row[name] for name in NAMES[1:4]})
    car = base.model_copy(update={"mass_kg": row["mass_kg"] - 100.0, "road_load": load})
    log = epa.cycle_log(cycle)
    air = DriveLog(
        name=cycle,
        time_s=log.time_s,
        speed_mps=log.speed_mps,
        elevation_m=np.zeros(log.time_s.size),
        ambient_c=np.full(log.time_s.size, 21.0),
        valid=log.valid,
        soak_c=21.0,
    )
    power = follow(car, air, Conditions(cabin="off", payload_kg=100.0)).power_kw
    return log.energy_kwh(power) / log.distance_km * 100.0


@pytest.mark.parametrize("name", [row[0] for row in FASTSIM])
@pytest.mark.parametrize("cycle", ["udds", "hwfet"])
def test_fastsim_agrees(name: str, cycle: str) -> None:
    """8 %: what a motor map may differ from a constant efficiency."""
    (values,) = (row[1:] for row in FASTSIM if row[0] == name)
    row = dict(zip(NAMES, values, strict=True))
    assert battery_kwh_per_100km(row, cycle) == pytest.approx(row[cycle], rel=0.08)


def test_the_figures_are_those_of_fastsim() -> None:
    python = os.environ.get("TRIPPLAN_FASTSIM")
    if not python:
        pytest.skip("TRIPPLAN_FASTSIM names no interpreter that has FASTSim 2.1.5")
    script = Path(__file__).with_name("fastsim_run.py")
    done = subprocess.run([python, str(script)], check=True, capture_output=True, text=True)
    found = {row["name"]: row for row in json.loads(done.stdout)}
    assert set(found) == {row[0] for row in FASTSIM}
    for name, *values in FASTSIM:
        assert [found[name][column] for column in NAMES] == pytest.approx(values, abs=0.006)
