"""How long charger files of a country's size take to read, and how much memory.

Made-up files: 100,000 OCPI locations (a bare array, as the Netherlands publish it, plain and packed
with gzip), the same number of sites as DATEX II XML and as the German register, and tariffs beside
the locations.  Each is read in a process of its own; memory is the process's peak.
"""

import argparse
import csv
import gzip
import json
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from measure import machine, section, table

SITES: Final = 100_000
SEED: Final = 20261101
KINDS: Final = (
    ("IEC_62196_T2_COMBO", "iec62196T2COMBO", "DC Fahrzeugkupplung Typ Combo 2 (CCS)", "DC"),
    ("CHADEMO", "chademo", "DC CHAdeMO", "DC"),
    ("IEC_62196_T2", "iec62196T2", "AC Typ 2 Steckdose", "AC_3_PHASE"),
)
POWERS_KW: Final = {"DC": (50, 150, 300, 400), "AC_3_PHASE": (11, 22)}


def sites(count: int) -> Iterator[dict[str, Any]]:
    """Yield made-up sites: place, and kind and power of two to six charge points."""
    dice = random.Random(SEED)  # noqa: S311 - made-up sites, no secrets
    for k in range(count):
        points = []
        for _ in range(dice.randint(2, 6)):
            kind = dice.choice(KINDS)
            points.append((kind, dice.choice(POWERS_KW[kind[3]])))
        yield {
            "id": f"L{k}",
            "lat": round(50.0 + 3.5 * dice.random(), 6),
            "lon": round(3.5 + 11.0 * dice.random(), 6),
            "points": points,
        }


def ocpi(found: Iterator[dict[str, Any]], out: Path) -> None:
    """Write locations of OCPI 2.2.1 with a live state at each EVSE."""
    with out.open("w", encoding="utf-8") as stream:
        stream.write("[")
        for k, site in enumerate(found):
            evses = [
                {
                    "uid": f"{site['id']}-{j}",
                    "evse_id": f"NL*TST*E{site['id']}*{j}",
                    "status": ("AVAILABLE", "CHARGING", "OUTOFORDER")[(k + j) % 3],
                    "capabilities": ["RFID_READER", "REMOTE_START_STOP_CAPABLE"],
                    "connectors": [
                        {
                            "id": "1",
                            "standard": kind[0],
                            "format": "CABLE",
                            "power_type": kind[3],
                            "max_voltage": 920 if kind[3] == "DC" else 230,
                            "max_amperage": 500 if kind[3] == "DC" else 32,
                            "max_electric_power": power * 1000,
                            "tariff_ids": [f"T{(k + j) % 400}"],
                            "last_updated": "2026-10-01T00:00:00Z",
                        }
                    ],
                    "last_updated": "2026-11-01T06:00:00Z",
                }
                for j, (kind, power) in enumerate(site["points"])
            ]
            location = {
                "country_code": "NL",
                "party_id": "TST",
                "id": site["id"],
                "publish": True,
                "name": f"Plein {k}",
                "address": f"Stationsplein {k % 200}",
                "city": f"Stad {k % 500}",
                "postal_code": f"{1000 + k % 9000} AB",
                "country": "NLD",
                "coordinates": {"latitude": f"{site['lat']}", "longitude": f"{site['lon']}"},
                "evses": evses,
                "operator": {"name": f"Operator {k % 60}"},
                "time_zone": "Europe/Amsterdam",
                "opening_times": {"twentyfourseven": True},
                "last_updated": "2026-11-01T06:00:00Z",
            }
            stream.write(("," if k else "") + json.dumps(location))
        stream.write("]")


def tariffs(out: Path) -> None:
    """Write 400 OCPI tariffs, half of them by the time of day."""
    rows = []
    for k in range(400):
        price = {"type": "ENERGY", "price": 0.3 + k / 1000, "vat": 21.0, "step_size": 1}
        elements: list[dict[str, Any]] = [{"price_components": [price]}]
        if k % 2:
            dear = {**price, "price": 0.5 + k / 1000}
            hours = {"start_time": "07:00", "end_time": "19:00"}
            elements.insert(0, {"price_components": [dear], "restrictions": hours})
        rows.append({"id": f"T{k}", "currency": "EUR", "elements": elements})
    out.write_text(json.dumps(rows), encoding="utf-8")


def datex(found: Iterator[dict[str, Any]], out: Path) -> None:
    """Write DATEX II XML."""
    base = "http://datex2.eu/schema/3"
    with out.open("w", encoding="utf-8") as stream:
        stream.write(
            f'<d2:payload xmlns:d2="{base}/d2Payload" xmlns:egi="{base}/energyInfrastructure" '
            f'xmlns:fac="{base}/facilities" xmlns:com="{base}/common" '
            f'xmlns:loc="{base}/locationReferencing">\n<egi:energyInfrastructureTable id="T">\n'
        )
        for site in found:
            points = "".join(
                f'<egi:refillPoint id="{site["id"]}P{j}"><egi:connector>'
                f"<egi:connectorType>{kind[1]}</egi:connectorType>"
                f"<egi:maxPowerAtSocket>{power * 1000}.0</egi:maxPowerAtSocket>"
                "</egi:connector></egi:refillPoint>"
                for j, (kind, power) in enumerate(site["points"])
            )
            stream.write(
                f'<egi:energyInfrastructureSite id="{site["id"]}"><fac:name><com:values><com:value>'
                f"Estacion {site['id']}</com:value></com:values></fac:name><fac:locationReference>"
                f"<loc:coordinatesForDisplay><loc:latitude>{site['lat']}</loc:latitude>"
                f"<loc:longitude>{site['lon']}</loc:longitude></loc:coordinatesForDisplay>"
                "</fac:locationReference><fac:operator><fac:name><com:values><com:value>Prueba"
                "</com:value></com:values></fac:name></fac:operator>"
                f'<egi:energyInfrastructureStation id="S">{points}'
                "</egi:energyInfrastructureStation></egi:energyInfrastructureSite>\n"
            )
        stream.write("</egi:energyInfrastructureTable></d2:payload>\n")


def register(found: Iterator[dict[str, Any]], out: Path) -> None:
    """Write the German register."""
    names = (
        "Ladeeinrichtungs-ID;Betreiber;Status;Nennleistung Ladeeinrichtung [kW];Straße;Hausnummer;"
    )
    names += "Postleitzahl;Ort;Breitengrad;Längengrad;Öffnungszeiten"
    for j in range(1, 7):
        names += f";Steckertypen{j};Nennleistung Stecker{j};EVSE-ID{j};Public Key{j}"
    with out.open("w", encoding="utf-8-sig") as stream:
        stream.write("Letzte Aktualisierung vom: 01.10.2026\n\n" + names + "\n")
        for k, site in enumerate(found):
            total = sum(power for _, power in site["points"])
            lat, lon = (f"{site[name]}".replace(".", ",") for name in ("lat", "lon"))
            row = f"{k};Betreiber {k % 60};In Betrieb;{total};Musterweg;{k % 99};69117;Heidelberg;"
            row += f"{lat};{lon};247"
            row += "".join(f";{kind[2]};{power};;" for kind, power in site["points"])
            stream.write(row + ";" * (names.count(";") - row.count(";")) + "\n")


def units(found: Iterator[dict[str, Any]], out: Path) -> None:
    """Write AFDC's table of charging units: a row a charge point, 86 columns, most empty."""
    own = {"IEC_62196_T2_COMBO": "CCS", "CHADEMO": "CHAdeMO", "IEC_62196_T2": "J1772"}
    names = ["Fuel Type Code", "Station Name", "Street Address", "City", "State", "ZIP"]
    names += ["Status Code", "Access Code", "Access Days Time", "Latitude", "Longitude", "ID"]
    names += ["EV DC Fast Count", "EV Level2 EVSE Num", "EV Network", "EV Connector Types"]
    names += ["Date Last Confirmed", "Snapshot Date"]
    for word in own.values():
        names += [f"EV {word} Connector Count", f"EV {word} Power Output (kW)"]
    names += [f"Column {k}" for k in range(86 - len(names))]
    with out.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, names, restval="")
        writer.writeheader()
        for k, site in enumerate(found):
            fast = sum(kind[3] == "DC" for kind, _ in site["points"])
            listed = {own[kind[0]] for kind, _ in site["points"]}
            station = {
                "Fuel Type Code": "ELEC",
                "Station Name": f"Station {k}",
                "Street Address": f"{k % 900} Main St",
                "City": f"Town {k % 500}",
                "State": "CO",
                "ZIP": 80000 + k % 999,
                "Status Code": "E",
                "Access Code": "public",
                "Access Days Time": "24 hours daily",
                "Latitude": site["lat"],
                "Longitude": -site["lon"] - 90.0,
                "ID": k,
                "EV DC Fast Count": fast or "",
                "EV Level2 EVSE Num": len(site["points"]) - fast or "",
                "EV Network": f"Network {k % 30}",
                "EV Connector Types": " ".join(sorted(listed)).replace("CCS", "J1772COMBO").upper(),
                "Date Last Confirmed": "2026-10-01",
            }
            for kind, power in site["points"]:
                word = own[kind[0]]
                kw = min(power, 19.2) if word == "J1772" else power
                port = {f"EV {word} Connector Count": 1, f"EV {word} Power Output (kW)": kw}
                writer.writerow(station | port)


READ: Final = """
import sys, time
from tripplan.sources.chargers.files import read_charger_files
start = time.process_time()
(reading,) = read_charger_files(sys.argv[1:])
cpu_s = time.process_time() - start
plugs = sum(plug.count or 0 for site in reading.chargers for plug in site.connectors)
priced = sum(bool(site.price) for site in reading.chargers)
# getrusage() would tell what the process that started this one had at its peak.
status = open("/proc/self/status").read().split("VmHWM:")[1]
peak_mb = int(status.split()[0]) / 1024
print(len(reading.chargers), plugs, priced, f"{cpu_s:.1f}", f"{peak_mb:.0f}")
"""


PAGE: Final = """\
## Charger files of a country's size

Made-up files of {sites:,} sites and {plugs} plugs: OCPI locations as a bare array, plain and packed
with gzip, with 400 tariffs in a file beside them; DATEX II XML; the German register, where sites of
one operator within some metres are one; AFDC's table with a row for each charge point. Each is read
once in a process of its own, which imports the reader before the clock starts; memory is the peak
of the process. {machine}

{table}
"""


def page(count: int) -> str:
    """Write the files into a folder of their own, read each, and return the section."""
    writers: dict[str, Callable[[Iterator[dict[str, Any]], Path], None]] = {
        "OCPI locations": ocpi,
        "DATEX II XML": datex,
        "Bundesnetzagentur CSV": register,
        "AFDC charging units CSV": units,
    }
    rows: list[list[str]] = []
    with tempfile.TemporaryDirectory() as folder:
        for name, write in writers.items():
            out = Path(folder) / "sites"
            write(sites(count), out)
            rows.append(_row(name, [out]))
            if name == "OCPI locations":
                packed = Path(folder) / "packed"
                with out.open("rb") as plain, gzip.open(packed, "wb", 6) as archive:
                    shutil.copyfileobj(plain, archive)
                rows.append(_row(f"{name}, gzip", [packed]))
                beside = Path(folder) / "tariffs"
                tariffs(beside)
                rows.append(_row(f"{name} and tariffs", [out, beside]))
    head = ("file", "MB", "sites", "plugs", "with a price", "CPU s", "peak MB")
    return PAGE.format(sites=count, plugs=rows[0][3], machine=machine(), table=table(head, rows))


def _row(name: str, files: list[Path]) -> list[str]:
    words = [sys.executable, "-c", READ, *map(str, files)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)  # noqa: S603
    size_mb = sum(file.stat().st_size for file in files) / 1e6
    return [name, f"{size_mb:.0f}", *done.stdout.split()]


def main() -> int:
    """Measure as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sites", type=int, default=SITES)
    count = parser.parse_args().sites
    return section("charger_files", lambda: page(count))


if __name__ == "__main__":
    sys.exit(main())
