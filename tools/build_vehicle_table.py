"""Writes the catalogue's table of cars from a file of facts: see docs/decisions/0038.

    PYTHONPATH=src:. python tools/build_vehicle_table.py FACTS.json

The file of facts (form `tripplan-ev-catalogue/1`) states values with source and kind, and is not
part of the project. The table is: a head of sources, rules and classes, then a line a car.
"""

import argparse
import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tripplan.records.vehicle import find_vehicle
from tripplan.records.vehicle_table import USUAL_CLASS
from vehicle_table import efficiency, facts
from vehicle_table.charging import Charging, cooling_class
from vehicle_table.classes import CLASSES, ORIGINS, SOURCES
from vehicle_table.donors import Donors
from vehicle_table.facts import Subject
from vehicle_table.families import HAND_DONORS, group

TABLE = Path(__file__).parents[1] / "src" / "tripplan" / "data" / "vehicle_table.jsonl"
USABLE_OVER_WALL = 0.855
"""Usable energy over the wall's of a full charge: median of 250 cars of which both are known."""
CHARGER_SPREAD = 0.02
"""Eight in ten chargers lie within this of the common efficiency (assumption; 27 rows of the lists
with both energies say 0.865 to 0.873, where 0.88 is taken)."""
USABLE_STATED, USABLE_FROM_WALL = 0.02, 0.047
"""Eight in ten lie within this of the usable energy: stated (assumption), and from the wall (P10
0.818 and P90 0.898 of those cars)."""
REGEN_SHARE, LEAST_REGEN_KW, MOST_REGEN_KW = 0.45, 20, 100


def motor_kw(subject: Subject) -> float | None:
    """Sum the powers that the text of motors names; None: it names none."""
    text = re.sub(r"\([^)]*battery pack\)|kW-hr.*", "", subject.get("motors") or "")
    before = re.split(r"AC|DC|EESM|PMSM|IPMSM|Asynchron|PM", text)[0]
    numbers = [float(n) for n in re.findall(r"(?<![/\d])\d+(?:\.\d+)?", before)]
    if stated := subject.get("motor_kw"):
        return float(stated)
    return sum(numbers) if numbers and all(15 <= n <= 600 for n in numbers) else None


def regen_max_kw(motor: float) -> int:
    """Return the most power of braking that a car with such motors is taken to feed back."""
    return round(min(max(REGEN_SHARE * motor, LEAST_REGEN_KW), MOST_REGEN_KW))


class Builder:
    """Lines of the table, one after the other."""

    def __init__(self, given: facts.Facts) -> None:
        self.left_out = given.left_out
        self.charging = Charging(given.pool)
        rated = [s for s in given.pool if s.has_load and s.has_rating]
        sound = [s for s in rated if self._own(s, s)[0]]
        self.groups = efficiency.Groups(sound)
        self.donors = Donors(given.pool, sound, self.groups)
        self.form_spread = self._form_spread(sound)

    def _own(self, subject: Subject, donor: Subject) -> tuple[str, tuple[float, float, float]]:
        cap = regen_max_kw(motor_kw(subject) or motor_kw(donor) or self._usual_motor(subject))
        return efficiency.own(efficiency.work_of(donor), efficiency.rating(subject), cap)

    @staticmethod
    def _usual_motor(subject: Subject) -> float:
        """Return a motor's power where none is stated: by the energy of the battery."""
        return float(round(min(max(2.2 * (subject.get("usable_kwh") or 60.0), 50.0), 300.0)))

    @staticmethod
    def _form_spread(sound: Sequence[Subject]) -> float:
        """Return how far the two forms that meet a rating differ at 110 km/h, eight in ten."""
        off = []
        for subject in sound:
            forms = efficiency.both(efficiency.work_of(subject), efficiency.rating(subject), 60.0)
            if all(0.7 <= f[0] <= 0.99 and 0.2 <= f[1] <= 1.0 and 0 <= f[2] <= 3 for f in forms):
                one, two = (efficiency.steady_kwh_per_100_km(subject, *f) for f in forms)
                off.append(abs(one / two - 1.0))
        print(f"forms differ at 110 km/h: P80 {np.quantile(off, 0.8):.3f} of {len(off)} cars")
        return float(np.quantile(off, 0.8))

    def line(self, subject: Subject) -> dict[str, Any] | None:
        """Return a car's line, or None and count why there is none."""
        donor = subject if subject.has_load else self.donors.of(subject)
        hand = HAND_DONORS.get(self.donors.platform(subject)) if donor is None else None
        if donor is None and hand is None:
            return self._leave("neither it nor a car of its platform has a published road load")
        values: dict[str, Any] = {}
        self._usable(subject, values)
        motor = self._drive(subject, donor, hand, values)
        spread = self._efficiency(subject, donor, hand, motor, values)
        if spread is None:
            return self._leave("its rating and its road load contradict each other")
        usable_off = USABLE_STATED if subject.has("usable_kwh") else USABLE_FROM_WALL
        values |= self.charging.of(subject, values["k"][0])
        own = subject.has_load and subject.has_rating
        found: dict[str, Any] = {
            "id": subject.id,
            "mk": subject.make,
            "md": subject.model,
            "y": list(subject.years),
            "mt": subject.market,
            "kd": "own rating" if own else "platform",
            "s": round(float(np.hypot(spread, usable_off)), 3),
            "v": values,
        }
        if (packs := cooling_class(subject)) != USUAL_CLASS:
            found["cl"] = packs
        if own:
            found["f"] = subject.family
            found["gr"] = group(subject.make) + (", induction" if subject.induction else "")
        if not subject.has_load:
            found["d"] = hand or (donor.id if donor else "")
        return found

    def _leave(self, reason: str) -> None:
        self.left_out[reason] += 1

    @staticmethod
    def _usable(subject: Subject, values: dict[str, Any]) -> None:
        if subject.has("usable_kwh"):
            values["k"] = [float(subject.get("usable_kwh")), subject.code("usable_kwh")]
        else:
            wall = subject.get("wall_kwh_per_charge")
            values["k"] = [round(USABLE_OVER_WALL * wall, 1), "wall"]
        gross = subject.get("gross_kwh")
        if gross and gross >= values["k"][0]:
            values["g"] = [float(gross), subject.code("gross_kwh")]

    def _drive(
        self, subject: Subject, donor: Subject | None, hand: str | None, values: dict[str, Any]
    ) -> float:
        """Enter road load, weight, motor and the like; return the motor's power."""
        if donor is not None:
            for key, name in (("a", "a"), ("b", "b"), ("c", "c"), ("w", "test_weight")):
                code = subject.code(name) if donor is subject else "don"
                values[key] = [donor.get(name), code]
        motor = self._motor(subject, donor, hand)
        if motor is not None:
            values["m"] = motor
        for key, name in (("t", "top_speed_kmh"), ("nv", "pack_voltage_v")):
            if subject.has(name):
                values[key] = [subject.get(name), subject.code(name)]
        self._plug(subject, values)
        if subject.has_rating:
            for key, name in (("u", "udds_wall"), ("h", "hwfet_wall")):
                values[key] = [subject.get(name), subject.code(name)]
        return float(motor[0]) if motor else 100.0

    @staticmethod
    def _plug(subject: Subject, values: dict[str, Any]) -> None:
        """Enter AC power and heater."""
        if subject.has("ac_kw"):
            given = subject.get("ac_kw")
            values["ac"] = [min(given) if isinstance(given, list) else given, subject.code("ac_kw")]
        elif subject.has("charge_240v_h", "wall_kwh_per_charge"):
            kw = subject.get("wall_kwh_per_charge") / subject.get("charge_240v_h")
            values["ac"] = [round(min(max(kw, 1.0), 22.0), 1), "acwall"]
        if subject.has("heat_pump"):
            values["hp"] = [bool(subject.get("heat_pump")), subject.code("heat_pump")]

    def _motor(self, subject: Subject, donor: Subject | None, hand: str | None) -> list[Any] | None:
        """Return the motors' power and where it comes from; None: the car by hand says it."""
        if subject.has("motor_kw"):
            return [motor_kw(subject), subject.code("motor_kw")]
        if own := motor_kw(subject):
            return [own, "motor"]
        if donor is not None and motor_kw(donor):
            return [motor_kw(donor), "don"]
        return None if hand else [self._usual_motor(subject), "usual"]

    def _efficiency(
        self,
        subject: Subject,
        donor: Subject | None,
        hand: str | None,
        motor: float,
        values: dict[str, Any],
    ) -> float | None:
        """Enter the efficiencies; return how far consumption may be off, None: contradictory."""
        if donor is None:
            _take_from_hand(hand or "", values)
            return self.donors.spread(subject, hand or "")
        if subject.has_rating:
            cap = regen_max_kw(motor)
            form, found = efficiency.own(efficiency.work_of(donor), efficiency.rating(subject), cap)
            if not form:
                return None
            spread = CHARGER_SPREAD
            if donor is not subject:
                spread = float(np.hypot(spread, self.donors.rated_spread))
            code = "fit" if form == "regen" else "fitloss"
            values |= {"e": [round(found[0], 4), code], "r": [round(found[1], 4), code]}
            if form == "loss":
                values["r"][1] = "lossregen"
                values["p"] = [round(found[2], 3), code]
            return spread
        if donor is not subject and donor.has_rating:
            form, found = self._own(donor, donor)
            if form:
                values |= {"e": [round(found[0], 4), "don"], "r": [round(found[1], 4), "don"]}
                if form == "loss":
                    values["p"] = [round(found[2], 3), "don"]
                return self.donors.spread(subject, donor.id)
        drive, regen = self.groups.of(subject.make, induction=subject.induction)
        values |= {"e": [round(drive, 3), "grp"], "r": [round(regen, 3), "grp"]}
        known = self.groups.knows(subject.make, induction=subject.induction)
        own = self.donors.group_spread if known else self.donors.all_spread
        return (
            own if donor is subject else float(np.hypot(own, self.donors.spread(subject, donor.id)))
        )


def _take_from_hand(car_id: str, values: dict[str, Any]) -> None:
    """Enter mass, road load and efficiencies of a car by hand."""
    car = find_vehicle(car_id)
    load = car.road_load.model_dump()
    taken = {
        "cd": load["drag_coefficient"],
        "fa": load["frontal_area_m2"],
        "rr": load["rolling_coefficient"],
        "kg": car.mass_kg,
        "e": car.drive_efficiency,
        "r": car.regen_efficiency,
    }
    values |= {key: [value, "don"] for key, value in taken.items()}
    values.setdefault("m", [car.motor_kw, "don"])


def main() -> None:
    """Read the facts, write the table, say what became of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("facts", type=Path)
    parser.add_argument("--table", type=Path, default=TABLE)
    given = parser.parse_args()
    read = facts.read(given.facts)
    builder = Builder(read)
    whole, replaced, left_out = read.words, read.replaced, read.left_out
    lines = [line for s in read.listed if (line := builder.line(s)) is not None]
    listed = {line["id"] for line in lines}
    used = {code[1] for line in lines for code in line["v"].values() if code[1] not in ORIGINS}
    sources = {
        code: {"source": text, "licence": licence}
        for code, (text, licence) in SOURCES(whole["sources"]).items()
        if code in used
    }
    head = {
        "form": "tripplan-vehicle-table/1",
        "facts": whole["made"],
        "records": len(whole["cars"]),
        "left_out": dict(left_out.most_common()),
        "sources": sources,
        "origins": ORIGINS,
        "classes": CLASSES,
        "groups": builder.groups.table(),
        "spread": {
            "charger": CHARGER_SPREAD,
            "form": round(builder.form_spread, 3),
            "group": round(builder.donors.group_spread, 3),
            "all": round(builder.donors.all_spread, 3),
            **builder.donors.measured,
        },
        "taper": builder.charging.taper,
        "taper_band": builder.charging.band,
        "taper_curves": builder.charging.count,
        "rates": {str(k): v for k, v in builder.charging.rates.items()},
        "rate_band": builder.charging.rate_band,
        "curves": builder.charging.curves,
        "replaced": {
            record: car
            for record, car in sorted(replaced.items())
            if car in listed or (Path(TABLE.parent) / "vehicles" / f"{car}.toml").exists()
        },
    }
    rows = [json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in [head, *lines]]
    given.table.write_text("\n".join(rows) + "\n", encoding="utf-8")
    print(Counter((line["mt"], line["kd"]) for line in lines), left_out)
    print(f"{len(lines)} cars, {given.table.stat().st_size} bytes, spread {head['spread']}")


if __name__ == "__main__":
    main()
