"""Run FASTSim 2 and print what its cars take, as JSON; a script for an interpreter that has it.

FASTSim 2.1.5 wants older versions of numpy and pandas than the tests do, so it lives in an
environment of its own: `python -m venv`, `pip install fastsim==2.1.5`.
"""

import json
import logging
import sys

logging.disable(logging.CRITICAL)

CARS = (17, 19, 20, 43)
"""Bolt 2017, LEAF 24, LEAF 30, Model 3 RWD in FASTSim's table."""


def main() -> None:
    """Print chassis and consumption of each car."""
    import fastsim  # noqa: PLC0415 - only where it is installed

    found = []
    for number in CARS:
        car = fastsim.vehicle.Vehicle.from_vehdb(number)
        row = {
            "name": car.scenario_name,
            "mass_kg": car.veh_kg,
            "drag_coefficient": car.drag_coef,
            "frontal_area_m2": car.frontal_area_m2,
            "rolling_coefficient": car.wheel_rr_coef,
            "auxiliary_kw": car.aux_kw,
        }
        for name in ("udds", "hwfet"):
            drive = fastsim.simdrive.SimDrive(fastsim.cycle.Cycle.from_file(name), car)
            drive.sim_drive()
            km = drive.dist_mi.sum() * 1.609344
            row[name] = float(drive.ess_kw_out_ach.sum()) / 3600.0 / km * 100.0
        found.append(row)
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
