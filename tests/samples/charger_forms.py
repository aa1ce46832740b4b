"""Writers of charger files in the forms of 2026, for what is read back; they share no code with it.

Each knows its form only from the provider's description.  `Form.can` brings a site into what its
form can say.
"""

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from tripplan.records.charger import Charger
from tripplan.sources.chargers.files import parse_chargers
from tripplan.sources.chargers.reading import ChargerReading

Plugs = tuple[tuple[str, float], ...]
"""Kinds of plug with their power, kW, of a charge point, which one car uses at a time."""


@dataclass(frozen=True)
class Site:
    """A charging site as it stands there."""

    number: str
    name: str
    lat: float
    lon: float
    points: tuple[Plugs, ...]
    operator: str = "Musterstrom"
    street: str = "Musterweg 1"
    town: str = "Heidelberg"
    postcode: str = "69117"
    day: str = "2026-10-01"
    always: bool = True
    public: bool = True
    price_per_kwh: float | None = None

    def plugs(self) -> Counter[tuple[str, float]]:
        """Count its plugs by kind and power."""
        return Counter(plug for point in self.points for plug in point)

    def stalls(self) -> int:
        """Count the charge points with the fastest kind of plug."""
        fast = [p for p in self.points if any(kind not in ("TYPE1", "TYPE2") for kind, _ in p)]
        return len(fast or self.points)


def _same(site: Site) -> Site:
    return site


@dataclass(frozen=True)
class Form:
    """A form, and what it can say."""

    write: Callable[[Sequence[Site]], bytes]
    says: frozenset[str]
    """Fields of a charger besides place and plugs that it states."""
    can: Callable[[Site], Site] = field(default=_same)


_ALL = frozenset({"name", "operator", "town", "opening_hours", "access", "stalls", "date", "price"})
_OCPI_WORDS = {
    "CCS2": "IEC_62196_T2_COMBO",
    "CHADEMO": "CHADEMO",
    "TYPE2": "IEC_62196_T2",
}
_DATEX_WORDS = {"CCS2": "iec62196T2COMBO", "CHADEMO": "chademo", "TYPE2": "iec62196T2"}


def _json(found: object) -> bytes:
    return json.dumps(found, ensure_ascii=False).encode()


def _csv(rows: Iterable[Sequence[object]], separator: str) -> str:
    stream = io.StringIO()
    csv.writer(stream, delimiter=separator).writerows(rows)
    return stream.getvalue()


def _comma(value: float) -> str:
    return f"{value}".replace(".", ",")


def _power_type(kind: str) -> str:
    return "AC_3_PHASE" if kind == "TYPE2" else "DC"


def ocpi(sites: Sequence[Site]) -> bytes:
    """Write locations of OCPI 2.2.1."""
    return _json({"data": [_location(site) for site in sites], "status_code": 1000})


def ocpi_bare(sites: Sequence[Site]) -> bytes:
    """Write the bare array, as NDW has it."""
    return _json([_location(site) for site in sites])


def ocpi_lines(sites: Sequence[Site]) -> bytes:
    """Write one location a line."""
    return b"\n".join(_json(_location(site)) for site in sites) + b"\n"


def _location(site: Site) -> dict[str, Any]:
    evses = [
        {
            "uid": f"{site.number}-{k}",
            "status": "AVAILABLE",
            "parking_restrictions": [] if site.public else ["EMPLOYEES"],
            "connectors": [
                {
                    "id": str(j),
                    "standard": _OCPI_WORDS[kind],
                    "power_type": _power_type(kind),
                    "max_electric_power": round(kw * 1000),
                    "tariff_ids": ["T1"],
                }
                for j, (kind, kw) in enumerate(point)
            ],
        }
        for k, point in enumerate(site.points)
    ]
    return {
        "country_code": "DE",
        "party_id": "MUS",
        "id": site.number,
        "publish": True,
        "name": site.name,
        "address": site.street,
        "city": site.town,
        "postal_code": site.postcode,
        "coordinates": {"latitude": f"{site.lat}", "longitude": f"{site.lon}"},
        "operator": {"name": site.operator},
        "opening_times": {"twentyfourseven": site.always},
        "last_updated": f"{site.day}T06:00:00Z",
        "evses": evses,
    }


def datex_xml(sites: Sequence[Site]) -> bytes:
    """Write DATEX II 3 XML with powers in W, as Spain has it."""
    return _datex_xml(sites, 1000.0)


def datex_xml_kw(sites: Sequence[Site]) -> bytes:
    """Write DATEX II 3 XML with powers in kW, as Lithuania has it."""
    return _datex_xml(sites, 1.0)


def _words(tag: str, text: str) -> str:
    values = f'<com:values><com:value lang="de">{escape(text)}</com:value></com:values>'
    return f"<{tag}>{values}</{tag}>"


def _datex_xml(sites: Sequence[Site], per_kw: float) -> bytes:
    parts = []
    for site in sites:
        points = "".join(
            f'<egi:refillPoint xsi:type="egi:ElectricChargingPoint" id="{site.number}P{k}" '
            'version="1">'
            + "".join(
                f"<egi:connector><egi:connectorType>{_DATEX_WORDS[kind]}</egi:connectorType>"
                f"<egi:maxPowerAtSocket>{kw * per_kw}</egi:maxPowerAtSocket></egi:connector>"
                for kind, kw in point
            )
            + "</egi:refillPoint>"
            for k, point in enumerate(site.points)
        )
        hours = (
            '<fac:operatingHours xsi:type="fac:OpenAllHours"><fac:label>x</fac:label>'
            "</fac:operatingHours>"
            if site.always
            else ""
        )
        parts.append(
            f"<egi:energyInfrastructureSite id={quoteattr(site.number)}>"
            + _words("fac:name", site.name)
            + f"<fac:lastUpdated>{site.day}T06:00:00+02:00</fac:lastUpdated>"
            + hours
            + '<fac:locationReference xsi:type="loc:PointLocation"><loc:coordinatesForDisplay>'
            f"<loc:latitude>{site.lat}</loc:latitude><loc:longitude>{site.lon}</loc:longitude>"
            "</loc:coordinatesForDisplay><loc:_locationReferenceExtension><loc:facilityLocation>"
            f"<locx:address><locx:postcode>{site.postcode}</locx:postcode>"
            + _words("locx:city", site.town)
            + '<locx:addressLine order="1"><locx:type>street</locx:type>'
            + _words("locx:text", site.street)
            + "</locx:addressLine></locx:address></loc:facilityLocation>"
            "</loc:_locationReferenceExtension></fac:locationReference>"
            '<fac:operator xsi:type="fac:AnOrganisation" id="O">'
            + _words("fac:name", site.operator)
            + f'</fac:operator><egi:energyInfrastructureStation id="{site.number}S">{points}'
            "</egi:energyInfrastructureStation></egi:energyInfrastructureSite>"
        )
    base = "http://datex2.eu/schema/3"
    spaces = {
        "d2": "d2Payload",
        "egi": "energyInfrastructure",
        "fac": "facilities",
        "com": "common",
        "loc": "locationReferencing",
        "locx": "locationExtension",
    }
    names = "".join(f' xmlns:{key}="{base}/{value}"' for key, value in spaces.items())
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><d2:payload{names} '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'xsi:type="egi:EnergyInfrastructureTablePublication"><egi:energyInfrastructureTable id="T">'
        + "".join(parts)
        + "</egi:energyInfrastructureTable></d2:payload>"
    ).encode()


def afir(sites: Sequence[Site]) -> bytes:
    """Write AFIR JSON in Mobilithek's envelope: place at the site."""
    table = [_afir_site(site, at_entrance=False) for site in sites]
    publication = {"energyInfrastructureTable": [{"idG": "T", "energyInfrastructureSite": table}]}
    return _json({"payload": {"aegiEnergyInfrastructureTablePublication": publication}})


def afir_bare(sites: Sequence[Site]) -> bytes:
    """Write AFIR JSON as Belgium has it: no envelope, place and address at the entrance."""
    table = [_afir_site(site, at_entrance=True) for site in sites]
    publication = {"energyInfrastructureTable": [{"idG": "T", "energyInfrastructureSite": table}]}
    return _json({"aegiEnergyInfrastructureTablePublication": publication})


def _many(text: str) -> dict[str, Any]:
    return {"values": [{"lang": "de", "value": text}]}


def _afir_site(site: Site, *, at_entrance: bool) -> dict[str, Any]:
    address = {
        "postcode": site.postcode,
        "city": _many(site.town),
        "addressLine": [{"order": 1, "type": {"value": "street"}, "text": _many(site.street)}],
    }
    extension = {"FacilityLocation": {"address": address}}
    place = {"latitude": site.lat, "longitude": site.lon}
    price = site.price_per_kwh
    rate = {
        "idG": "adHoc",
        "ratePolicy": {"value": "adHoc"},
        "applicableCurrency": ["EUR"],
        "energyPrice": [
            {"priceType": {"value": "pricePerKWh"}, "value": price, "taxIncluded": True}
        ],
    }
    points = [
        {
            "aegiElectricChargingPoint": {
                "idG": f"DE*MUS*E{site.number}*{k}",
                "currentType": {"value": "ac" if point[0][0] == "TYPE2" else "dc"},
                "connector": [
                    {"connectorType": {"value": _DATEX_WORDS[kind]}, "maxPowerAtSocket": kw * 1000}
                    for kind, kw in point
                ],
                "electricEnergy": [{"energyRate": [rate]}] if price is not None else [],
            }
        }
        for k, point in enumerate(site.points)
    ]
    holder = {"locLocationExtensionG": extension, "coordinatesForDisplay": place}
    where: dict[str, Any] = (
        {"entrance": [{"locPointLocation": holder}]}
        if at_entrance
        else {
            "locationReference": {
                "locAreaLocation": {"coordinatesForDisplay": place},
                "locPointLocation": {"locLocationExtensionG": extension},
            }
        }
    )
    hours = {"afacOpenAllHours": {"idG": "h"}} if site.always else {"afacUnknownOperatingHours": {}}
    return {
        "idG": site.number,
        "name": _many(site.name),
        "lastUpdated": f"{site.day}T06:00:00Z",
        "operatingHours": hours,
        "operator": {"afacAnOrganisation": {"name": _many(site.operator)}},
        "energyInfrastructureStation": [{"idG": "S", "refillPoint": points}],
        **where,
    }


_BNETZA_WORDS = {
    "CCS2": "DC Fahrzeugkupplung Typ Combo 2 (CCS)",
    "CHADEMO": "DC CHAdeMO",
    "TYPE2": "AC Typ 2 Steckdose",
}


def bnetza(sites: Sequence[Site]) -> bytes:
    """Write the German register of 2026: a device has up to six charge points."""
    return b"\xef\xbb\xbf" + _bnetza(sites).encode()


def bnetza_cp1252(sites: Sequence[Site]) -> bytes:
    """Write the same in the code of Windows, as older editions have it."""
    return _bnetza(sites).encode("cp1252")


def _bnetza(sites: Sequence[Site]) -> str:
    names = [
        "Ladeeinrichtungs-ID",
        "Betreiber",
        "Status",
        "Anzahl Ladepunkte",
        "Nennleistung Ladeeinrichtung [kW]",
        "Straße",
        "Hausnummer",
        "Postleitzahl",
        "Ort",
        "Breitengrad",
        "Längengrad",
        "Standortbezeichnung",
        "Öffnungszeiten",
    ]
    for k in range(1, 7):
        names += [f"Steckertypen{k}", f"Nennleistung Stecker{k}", f"EVSE-ID{k}", f"Public Key{k}"]
    rows: list[list[object]] = [
        ["Ladesäulenregister Bundesnetzagentur"],
        ["Letzte Aktualisierung vom: 01.10.2026"],
    ]
    rows += [[""] for _ in range(8)]
    rows.append([*names])
    for site in sites:
        street, _, house = site.street.rpartition(" ")
        total = sum(max(kw for _, kw in point) for point in site.points)
        row: list[object] = [site.number, site.operator, "In Betrieb", len(site.points)]
        row += [_comma(total), street, house, site.postcode, site.town]
        row += [_comma(site.lat), _comma(site.lon), site.name, "247" if site.always else ""]
        for point in site.points:
            row += [
                "; ".join(_BNETZA_WORDS[kind] for kind, _ in point),
                "; ".join(_comma(kw) for _, kw in point),
                "",
                "",
            ]
        rows.append(row + [""] * (len(names) - len(row)))
    return _csv(rows, ";")


def irve(sites: Sequence[Site]) -> bytes:
    """Write the French schema: a row a charge point, with one power."""
    names = ["nom_operateur", "id_station_itinerance", "nom_station", "adresse_station"]
    names += ["coordonneesXY", "nbre_pdc", "id_pdc_itinerance", "puissance_nominale"]
    names += ["prise_type_ef", "prise_type_2", "prise_type_combo_ccs", "prise_type_chademo"]
    names += ["prise_type_autre", "gratuit", "tarification", "condition_acces", "horaires"]
    names += ["station_deux_roues", "date_maj"]
    rows: list[list[object]] = [list(names)]
    for site in sites:
        for k, point in enumerate(site.points):
            kinds = {kind for kind, _ in point}
            price = "" if site.price_per_kwh is None else f"{site.price_per_kwh} EUR/kWh"
            rows.append(
                [
                    site.operator,
                    f"FRMUSP{site.number}",
                    site.name,
                    f"{site.street} {site.postcode} {site.town}",
                    f"[{site.lon},{site.lat}]",
                    len(site.points),
                    f"FRMUSE{site.number}{k}",
                    max(kw for _, kw in point),
                    "false",
                    str("TYPE2" in kinds).lower(),
                    str("CCS2" in kinds).upper(),
                    int("CHADEMO" in kinds),
                    "false",
                    "false",
                    price,
                    "Accès libre" if site.public else "Accès réservé",
                    "24/7" if site.always else "",
                    "false",
                    site.day,
                ]
            )
    return _csv(rows, ",").encode()


def one_power_a_point(site: Site) -> Site:
    """Leave each charge point its first plug: the form has one power for a point."""
    return replace(site, points=tuple(point[:1] for point in site.points))


_OICP_WORDS = {
    "CCS2": "CCS Combo 2 Plug (Cable Attached)",
    "CHADEMO": "CHAdeMO",
    "TYPE2": "Type 2 Outlet",
}


def oicp(sites: Sequence[Site]) -> bytes:
    """Write OICP 2.3, an EVSE a record."""
    operators: dict[str, list[dict[str, Any]]] = {}
    for site in sites:
        for k, point in enumerate(site.points):
            record = {
                "EvseID": f"CH*MUS*E{site.number}*{k}",
                "ChargingStationNames": [{"lang": "de", "value": site.name}],
                "Address": {
                    "Street": site.street,
                    "City": site.town,
                    "PostalCode": site.postcode,
                    "HouseNum": "0",
                },
                "GeoCoordinates": {"Google": f"{site.lat} {site.lon}"},
                "Plugs": [_OICP_WORDS[kind] for kind, _ in point],
                "ChargingFacilities": [
                    {"power": f"{kw}", "powertype": _power_type(kind)} for kind, kw in point
                ],
                "Accessibility": "Free publicly accessible" if site.public else "Restricted access",
                "IsOpen24Hours": site.always,
                "lastUpdate": f"{site.day}T06:00:00Z",
            }
            operators.setdefault(site.operator, []).append(record)
    listed = [{"OperatorName": name, "EVSEDataRecord": found} for name, found in operators.items()]
    return _json({"EVSEData": listed})


_NOBIL_WORDS = {"CCS2": "CCS/Combo", "CHADEMO": "CHAdeMO", "TYPE2": "Type 2"}


def _attribute(number: int, words: str) -> dict[str, Any]:
    return {"attrtypeid": str(number), "attrname": "", "attrvalid": "1", "trans": words}


def _nobil_power(kind: str, kw: float) -> str:
    number = _comma(kw) if kw % 1 else f"{kw:.0f}"
    return f"{number} kW - 400V 3-phase max 32A" if kind == "TYPE2" else f"{number} kW DC"


def nobil(sites: Sequence[Site]) -> bytes:
    """Write NOBIL 3, a connection a plug."""
    stations = []
    for site in sites:
        street, _, house = site.street.rpartition(" ")
        plugs = [plug for point in site.points for plug in point]
        stations.append(
            {
                "csmd": {
                    "id": 1,
                    "name": site.name,
                    "Street": street,
                    "House_number": house,
                    "Zipcode": site.postcode,
                    "City": site.town,
                    "Operator": site.operator,
                    "Position": f"({site.lat},{site.lon})",
                    "Available_charging_points": len(site.points),
                    "International_id": site.number,
                    "Updated": f"{site.day} 12:00:00",
                },
                "attr": {
                    "st": {
                        "2": _attribute(2, "Public" if site.public else "Employees"),
                        "24": _attribute(24, "Yes" if site.always else "No"),
                    },
                    "conn": {
                        str(k + 1): {
                            "4": _attribute(4, _NOBIL_WORDS[kind]),
                            "5": _attribute(5, _nobil_power(kind, kw)),
                        }
                        for k, (kind, kw) in enumerate(plugs)
                    },
                },
            }
        )
    return _json({"Provider": "NOBIL.no", "apiver": "3", "chargerstations": stations})


def ndw(sites: Sequence[Site]) -> bytes:
    """Write the Dutch GeoJSON, which counts plugs."""
    features = [
        {
            "type": "Feature",
            "id": site.number,
            "geometry": {"type": "Point", "coordinates": [site.lon, site.lat]},
            "properties": {
                "id": site.number,
                "address": site.street,
                "city": site.town,
                "operator_name": site.operator,
                "last_updated": f"{site.day}T06:00:00Z",
                "availabilities": [
                    {
                        "available": 0,
                        "total": count,
                        "connector_type": _OCPI_WORDS[kind],
                        "power_max": round(kw * 1000),
                        "power_type": _power_type(kind),
                    }
                    for (kind, kw), count in site.plugs().items()
                ],
            },
        }
        for site in sites
    ]
    return _json({"type": "FeatureCollection", "features": features})


def supercharge(sites: Sequence[Site]) -> bytes:
    """Write supercharge.info, which has one power a site."""
    rows = [
        {
            "id": site.number,
            "name": site.name,
            "status": "OPEN",
            "address": {"street": site.street, "city": site.town, "zip": site.postcode},
            "gps": {"latitude": site.lat, "longitude": site.lon},
            "stallCount": len(site.points),
            "powerKilowatt": site.points[0][0][1],
            "otherEVs": site.public,
            "stalls": {"v4": len(site.points)},
            "plugs": {"ccs2": len(site.points)},
        }
        for site in sites
    ]
    return _json(rows)


def one_kind(site: Site) -> Site:
    """Give a site the plugs of a Supercharger: all CCS2 of one power."""
    kw = max(kw for point in site.points for _, kw in point)
    return replace(site, points=((("CCS2", kw),),) * len(site.points))


def afdc_units(sites: Sequence[Site]) -> bytes:
    """Write AFDC's table of charging units, a row a charge point."""
    words = {"TYPE1": "J1772", "CCS1": "CCS", "CHADEMO": "CHAdeMO"}
    names = ["Fuel Type Code", "Station Name", "Street Address", "City", "ZIP", "Status Code"]
    names += ["Access Code", "Access Days Time", "Latitude", "Longitude", "ID"]
    names += ["EV Level2 EVSE Num", "EV DC Fast Count", "EV Network", "EV Connector Types"]
    names += ["Date Last Confirmed"]
    for word in words.values():
        names += [f"EV {word} Connector Count", f"EV {word} Power Output (kW)"]
    rows: list[list[object]] = [list(names)]
    listed = {"TYPE1": "J1772", "CCS1": "J1772COMBO", "CHADEMO": "CHADEMO"}
    for site in sites:
        kinds = " ".join(sorted({listed[kind] for kind, _ in site.plugs()}))
        slow = sum(point[0][0] == "TYPE1" for point in site.points)
        for point in site.points:
            row: list[object] = ["ELEC", site.name, site.street, site.town, site.postcode, "E"]
            row += ["public" if site.public else "private", "24 hours daily" if site.always else ""]
            row += [site.lat, site.lon, site.number, slow or "", len(site.points) - slow or ""]
            row += [site.operator, kinds, site.day]
            own = dict(point)
            for kind in words:
                row += [1, own[kind]] if kind in own else [0, ""]
            rows.append(row)
    return _csv(rows, ",").encode()


def american(site: Site) -> Site:
    """Put a site into Colorado, with America's plugs."""
    kinds = {"CCS2": "CCS1", "TYPE2": "TYPE1", "CHADEMO": "CHADEMO"}
    points = tuple(
        tuple((kinds[kind], min(kw, 11.0) if kind == "TYPE2" else kw) for kind, kw in point)
        for point in site.points
    )
    return replace(site, lat=site.lat - 10.0, lon=site.lon - 115.0, points=points)


FORMS: Mapping[str, Form] = {
    "OCPI locations": Form(ocpi, _ALL - {"price"}),
    "OCPI, a bare array": Form(ocpi_bare, _ALL - {"price"}),
    "OCPI, one object a line": Form(ocpi_lines, _ALL - {"price"}),
    "DATEX II XML": Form(datex_xml, _ALL - {"access", "price"}),
    "DATEX II XML in kW": Form(datex_xml_kw, _ALL - {"access", "price"}),
    "AFIR JSON": Form(afir, _ALL - {"access"}),
    "AFIR JSON without envelope": Form(afir_bare, _ALL - {"access"}),
    "Bundesnetzagentur": Form(bnetza, _ALL - {"price"}, lambda site: replace(site, public=True)),
    "Bundesnetzagentur, cp1252": Form(
        bnetza_cp1252, _ALL - {"price"}, lambda site: replace(site, public=True)
    ),
    "IRVE": Form(irve, _ALL, one_power_a_point),
    "OICP": Form(oicp, _ALL - {"price"}),
    "NOBIL": Form(nobil, _ALL - {"price", "stalls"}),
    "NDW GeoJSON": Form(ndw, frozenset({"operator", "town", "date"})),
    "supercharge.info": Form(supercharge, frozenset({"name", "town", "stalls"}), one_kind),
    "AFDC units": Form(afdc_units, _ALL - {"price"}, american),
}
"""The forms by name."""


def read(found: object) -> ChargerReading:
    """Read bytes, or what JSON they would hold."""
    data = found if isinstance(found, bytes) else json.dumps(found).encode()
    return parse_chargers(data, where="x")


def one(found: object) -> Charger:
    """Read the only charger of a file."""
    (charger,) = read(found).chargers
    return charger


def plugs(charger: Charger) -> list[tuple[str, float | None, int | None]]:
    """Return kind, power and number of a charger's plugs."""
    return [(plug.standard, plug.power_kw, plug.count) for plug in charger.connectors]
