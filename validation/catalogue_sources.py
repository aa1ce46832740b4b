"""Cars of the table against their sources, by a program that shares nothing with the table's.

    python -m validation.catalogue_sources FACTS.json [--epa-list CSV] [--chargeprice JSON]

Draws cars, and holds what `find_vehicle` gives against the file of facts that the table was made
from, and against two of that file's own sources where they are at hand: the EPA's test car list of
2022, and chargeprice's open-ev-data.  Official energies are added up here second by second in plain
arithmetic, with none of the planner's formulas.
"""

import argparse
import csv
import itertools
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tripplan.records.vehicle import CoastDown, Vehicle, find_vehicle
from validation.shared import DATA

LB, LBF, MPH, MILE_KM = 0.45359237, 4.4482216, 0.44704, 1.609344
EPA_YEAR = 2022
PLUGS = {"CHAdeMO": "CHADEMO", "CCS1": "CCS1", "CCS2": "CCS2", "NACS": "NACS"}


def wall_kwh_per_100_miles(car: Vehicle, cycle: str, weight_lb: float) -> float:
    """Add up what a cycle takes from the wall: charger 0.88, inertia of 1.04 weights."""
    load = car.road_load
    assert isinstance(load, CoastDown)
    text = (DATA / f"{cycle}.txt").read_text(encoding="ascii")
    mph = [float(word) for word in text.split()]
    joule = metre = 0.0
    for second, speed in enumerate(mph):
        before, after = mph[max(second - 1, 0)], mph[min(second + 1, len(mph) - 1)]
        width = 2.0 if 0 < second < len(mph) - 1 else 1.0
        gain = (after - before) / width * MPH
        newton = load.a_lbf + load.b_lbf_per_mph * speed + load.c_lbf_per_mph2 * speed * speed
        watt = (newton * LBF + 1.04 * weight_lb * LB * gain) * speed * MPH
        if speed > 0.0:
            if watt > 0.0:
                joule += watt / car.drive_efficiency
            else:
                joule += max(watt * car.regen_efficiency, -1000.0 * car.regen_max_kw)
        joule += 1000.0 * car.auxiliary_kw
        metre += speed * MPH
    return joule / 3.6e6 / 0.88 / (metre / 1000.0 / MILE_KM) * 100.0


def against_facts(car: Vehicle, record: dict[str, Any]) -> Iterator[tuple[str, float, float]]:
    """Yield what is compared of a car: words, what the car has, what the facts say."""
    said = {name: fact.get("value") for name, fact in record["v"].items() if name != "eff"}
    battery = car.battery
    if "usable_kwh" in said:
        yield "usable energy", battery.nominal_kwh, said["usable_kwh"]
    else:
        yield "usable energy", battery.nominal_kwh, 0.855 * said["wall_kwh_per_charge"]
    if {"a", "b", "c", "test_weight"} <= said.keys() and isinstance(car.road_load, CoastDown):
        yield "A", car.road_load.a_lbf, said["a"]
        yield "B", car.road_load.b_lbf_per_mph, said["b"]
        yield "C", car.road_load.c_lbf_per_mph2, said["c"]
        yield "mass", car.mass_kg, (said["test_weight"] - 300.0) * LB
        for cycle in ("udds", "hwfet"):
            if f"{cycle}_wall" in said:
                found = wall_kwh_per_100_miles(car, cycle, said["test_weight"])
                yield cycle, found, said[f"{cycle}_wall"]
    curve = battery.charging_curve
    if "dc_curve" in said and curve is not None:
        yield "points of the curve", len(curve.points), len(said["dc_curve"])
        for (soc, kw), (percent, stated) in zip(curve.points, said["dc_curve"], strict=False):
            yield "SoC of the curve", 100.0 * soc, percent
            yield "power of the curve", kw, max(stated, 1.0)
    elif "dc_max_kw" in said and curve is not None:
        yield "highest power", curve.max_kw, said["dc_max_kw"]
    for plug in car.connectors if "plugs" in said else ():
        stated = [PLUGS.get(word.split(" (")[0]) for word in said["plugs"][record["market"]]]
        yield f"plug {plug}", 1.0, float(plug in stated)


def against_epa_list(
    car: Vehicle, record: dict[str, Any], rows: list[dict[str, str]]
) -> bool | None:
    """Tell whether a row of the EPA's list has the car's coast-down; None: of another year.

    Some cars have the mean of two configurations.
    """
    join = record["join"]
    vehicles = join.get("test_vehicle") or [] if join.get("list_year") == EPA_YEAR else []
    some = [row for row in rows if row["Test Vehicle ID"].strip() in vehicles]
    if not some or not isinstance(car.road_load, CoastDown) or "a" not in record["v"]:
        return None
    load = (car.road_load.a_lbf, car.road_load.b_lbf_per_mph, car.road_load.c_lbf_per_mph2)
    names = ("Target Coef A (lbf)", "Target Coef B (lbf/mph)", "Target Coef C (lbf/mph**2)")
    coast_downs = [[float(row[name]) for name in names] for row in some]
    coast_downs += [
        [(x + y) / 2.0 for x, y in zip(one, two, strict=True)]
        for one, two in itertools.combinations(coast_downs, 2)
    ]
    weights = {float(row["Equivalent Test Weight (lbs.)"]) for row in some}
    close = any(
        all(abs(x - value) <= 6e-4 for x, value in zip(one, load, strict=True))
        for one in coast_downs
    )
    return close and any(abs(car.mass_kg - (weight - 300.0) * LB) <= 1.0 for weight in weights)


def against_chargeprice(
    car: Vehicle, record: dict[str, Any], entries: dict[str, dict[str, Any]]
) -> bool | None:
    """Tell whether an entry of chargeprice has the car's energy; None: it comes from elsewhere."""
    codes = [c[3:] for c in record["join"].get("entries", []) if c.startswith("CP:")]
    mine = [entry for key, entry in entries.items() if key[:8] in codes]
    if not mine or record["v"].get("usable_kwh", {}).get("source") != "CP":
        return None
    return any(abs(entry["usable_battery_size"] - car.battery.nominal_kwh) < 0.05 for entry in mine)


def main() -> int:
    """Compare, say what differs, return 1 where something does."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("facts", type=Path)
    parser.add_argument("--epa-list", type=Path)
    parser.add_argument("--chargeprice", type=Path)
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    records = {r["id"]: r for r in json.loads(given.facts.read_text(encoding="utf-8"))["cars"]}
    rows, entries = [], {}
    if given.epa_list:
        with given.epa_list.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    if given.chargeprice:
        data = json.loads(given.chargeprice.read_text(encoding="utf-8"))["data"]
        entries = {entry["id"]: entry for entry in data}
    known = [car_id for car_id in records if _is_listed(car_id)]
    order = random.Random(given.seed)  # noqa: S311 - to draw the same cars again
    drawn = order.sample(sorted(known), min(given.count, len(known)))
    compared, faults = 0, []
    primary = {"EPA list of 2022": [0, 0], "chargeprice": [0, 0]}
    for car_id in drawn:
        car, record = find_vehicle(car_id), records[car_id]
        for words, found, stated in against_facts(car, record):
            compared += 1
            if abs(found - stated) > max(0.005 * abs(stated), 1e-6 if words in "ABC" else 0.06):
                faults.append(f"{car_id}: {words} {found:g}, the facts say {stated:g}")
        for name, right in (
            ("EPA list of 2022", against_epa_list(car, record, rows)),
            ("chargeprice", against_chargeprice(car, record, entries)),
        ):
            if right is not None:
                primary[name][0] += 1
                primary[name][1] += right
                if not right:
                    faults.append(f"{car_id}: {name} has no such row")
    print(f"{len(drawn)} of {len(known)} cars, {compared} values, {len(faults)} faults; {primary}")
    print("\n".join(faults))
    return 1 if faults else 0


def _is_listed(car_id: str) -> bool:
    table = Path(__file__).parents[1] / "src" / "tripplan" / "data" / "vehicle_table.jsonl"
    return f'{{"id":"{car_id}",' in table.read_text(encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
