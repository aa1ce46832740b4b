"""Which cars belong together: families, groups of makers, platforms, and twins of cars by hand.

All of it is judgement, written down car by car; what follows from it is marked an estimate in the
table, and its error is measured by leaving families out.
"""

import re

PATTERNS = (
    *(
        "q6",
        "sq6",
        "a6",
        "s6",
        "model 3",
        "model y",
        "model s",
        "model x",
        "e tron gt",
        "q4",
        "e tron",
        "taycan",
    ),
    *("i3", "i3s", "i4", "i7", "ix", "mach e", "f 150", "focus", "ioniq 5", "ioniq 6", "ioniq 9"),
    *("ioniq", "kona", "ev6", "niro", "soul", "gv60", "gv70", "g80", "air", "eqs", "eqb", "eqa"),
    *("b class", "b250e", "b klasse", "leaf", "ariya", "bolt", "spark", "id 4", "id 5", "id 3"),
    *("e golf", "xc40", "c40", "ex40", "ec40", "fortwo", "r1s", "r1t", "r1", "bz4x", "solterra"),
    *("rz", "i pace", "mx 30", "500e", "i miev", "lyriq", "enyaq", "elroq", "born", "tavascan"),
    *("explorer", "capri", "c zero", "i on", "ampera e", "zoe", "ocean", "vf 8"),
)
"""Words of a model that name its family, the first that stands there."""
SAME = {
    "bmw i3s": "bmw i3",
    "mercedes-benz b250e": "mercedes-benz b class",
    "mercedes-benz b klasse": "mercedes-benz b class",
    "volvo c40": "volvo xc40",
    "volvo ex40": "volvo xc40",
    "volvo ec40": "volvo xc40",
    "rivian r1s": "rivian r1",
    "rivian r1t": "rivian r1",
    "subaru solterra": "toyota bz4x",
}
"""Families that are one car under two names."""
PLATFORMS = {
    **dict.fromkeys(
        ("skoda enyaq", "skoda elroq", "cupra tavascan", "ford explorer", "ford capri"),
        "volkswagen id 4",
    ),
    "volkswagen id 5": "volkswagen id 4",
    "citroen c zero": "mitsubishi i miev",
    "peugeot i on": "mitsubishi i miev",
    "opel ampera e": "chevrolet bolt",
    "lexus rz": "toyota bz4x",
    "mercedes-benz eqa": "mercedes-benz eqb",
    "cupra born": "volkswagen id 3",
}
"""Families without a test of their own, and the one whose body and drive they share most."""
HAND_DONORS = {"volkswagen id 3": "vw-id3-58", "renault zoe": "renault-zoe-ze50"}
"""Families of which only a car by hand has road load and mass."""
OTHER_BODIES = re.compile(
    r"kona electric (48|65) kwh|(second|third) generation|fiat 500e.* 202\d|abarth|ioniq 9|"
    r"ampera e-pionier|ev9",
    re.IGNORECASE,
)
"""Cars of a family's name that are not of the tested generation."""
DONORS = {
    "kia-e-soul-39-kwh-2019": "kia-soul-electric-2020",
    "kia-e-soul-39-2-kwh-2022": "kia-soul-electric-2020",
}
"""Cars whose nearest tested car is of an older body: the one to take."""
GROUPS = {
    **dict.fromkeys(
        ("audi", "volkswagen", "porsche", "skoda", "seat", "cupra"), "Volkswagen group"
    ),
    **dict.fromkeys(("hyundai", "kia", "genesis"), "Hyundai, Kia, Genesis"),
    **dict.fromkeys(("volvo", "polestar"), "Volvo, Polestar"),
    **dict.fromkeys(("bmw", "mini"), "BMW, Mini"),
    **dict.fromkeys(("mercedes-benz", "smart"), "Mercedes-Benz, smart"),
    **dict.fromkeys(("toyota", "subaru", "scion", "lexus"), "Toyota, Subaru"),
    **dict.fromkeys(("cadillac", "chevrolet", "opel"), "General Motors"),
}
"""Makers that share drives."""
INDUCTION = {
    "audi e tron": "two induction motors (maker's data)",
    "toyota rav4 ev": "Tesla's induction motor (maker's data)",
    "mercedes-benz b class": "Tesla's induction motor (maker's data)",
}
"""Families with induction motors; Model S whose text of motors says so are the fourth."""
NONE, AIR, REFRIGERANT = "none", "air", "refrigerant"
COOLING = {
    "nissan leaf": NONE,
    "mitsubishi i miev": AIR,
    "citroen c zero": AIR,
    "peugeot i on": AIR,
    "hyundai ioniq 28": AIR,
    "kia soul old": AIR,
    "renault zoe": AIR,
    "bmw i3": REFRIGERANT,
}
"""Families whose pack is not cooled by a liquid, as in the cars by hand of the family; the Soul
before 2020 by the air of the cabin (maker's data)."""


def family(make: str, model: str) -> str:
    """Return the family of a car: make and the word that names it."""
    words = re.sub(r"[.\-/]+", " ", model.casefold())
    if make == "Audi" and words.startswith("gt"):
        return "audi e tron gt"
    if make == "Polestar":
        return f"polestar {words.split()[0]}"
    for pattern in PATTERNS:
        if re.search(rf"(?<![\w]){re.escape(pattern)}(?!\w)", words):
            name = f"{make.casefold()} {pattern}"
            return SAME.get(name, name)
    return f"{make.casefold()} {words}"


def group(make: str) -> str:
    """Return the makers whose drives are taken to be alike."""
    return GROUPS.get(make.casefold(), make)


def is_induction(own_family: str, motors: str) -> bool:
    """Tell whether the drive has induction motors by more than one word of one source."""
    said = own_family == "tesla model s" and "induction" in motors.casefold()
    return own_family in INDUCTION or said


BY_HAND = {
    "bmw-i3-120": "bmw-i3-2019 bmw-i3-120-ah-2020",
    "bmw-i3-60": "bmw-i3-bev-2014 bmw-i3-bev-60-amp-hour-battery-2017 bmw-i3-60-ah-2013",
    "chevrolet-bolt-60": "chevrolet-bolt-ev-2017 chevrolet-bolt-60-kwh-2017",
    "chevrolet-bolt-65": "chevrolet-bolt-ev-2020 chevrolet-bolt-ev-2022",
    "hyundai-ioniq-28": "hyundai-ioniq-electric-2017 hyundai-ioniq-2016",
    "hyundai-ioniq-38": "hyundai-ioniq-electric-2020 hyundai-ioniq-2019",
    "hyundai-ioniq-5-awd": (
        "hyundai-ioniq-5-awd-long-range-2022 hyundai-ioniq-5-long-range-awd-2021 "
        "hyundai-ioniq-5-2021"
    ),
    "hyundai-ioniq-5-rwd": (
        "hyundai-ioniq-5-rwd-long-range-2022 hyundai-ioniq-5-long-range-2wd-2021"
    ),
    "kia-ev6-rwd": (
        "kia-ev6-rwd-long-range-2022 kia-ev6-long-range-rwd-2023 kia-ev6-long-range-2wd-2021"
    ),
    "mitsubishi-i-miev": (
        "mitsubishi-i-miev-2012 mitsubishi-i-miev-2013 mitsubishi-i-miev-2016 "
        "mitsubishi-i-miev-2017 mitsubishi-i-miev-2010"
    ),
    "nissan-ariya-63": "nissan-ariya-engage-fwd-63kwh-2023 nissan-ariya-63kwh-2022",
    "nissan-ariya-87": "nissan-ariya-venture-plus-fwd-87kwh-2023 nissan-ariya-87kwh-2022",
    "nissan-leaf-24-2011": "nissan-leaf-2011 nissan-leaf-24-kwh-2011",
    "nissan-leaf-24-2013": (
        "nissan-leaf-2013 nissan-leaf-2014 nissan-leaf-2015 nissan-leaf-24-kw-hr-battery-pack-2016 "
        "nissan-leaf-24-kwh-6-6-kw-ac-2011"
    ),
    "nissan-leaf-30": (
        "nissan-leaf-2017 nissan-leaf-30-kw-hr-battery-pack-2016 nissan-leaf-30-kwh-2015 "
        "nissan-leaf-30-kwh-6-6-kw-ac-2015"
    ),
    "nissan-leaf-40": (
        "nissan-leaf-2018 nissan-leaf-40-kw-hr-battery-pack-2019 nissan-leaf-2018-2 "
        "nissan-leaf-40-kw-hr-battery-pack-2020 nissan-leaf-2023 nissan-leaf-40-kwh-2018"
    ),
    "nissan-leaf-62": (
        "nissan-leaf-62-kw-hr-battery-pack-2019 nissan-leaf-62-kw-hr-battery-pack-2020 "
        "nissan-leaf-sv-sl-62-kw-hr-battery-pack-2019 nissan-leaf-sv-2023 "
        "nissan-leaf-e-plus-62-kwh-2019 nissan-leaf-e-plus-2022"
    ),
    "polestar-2-lr-dm": "polestar-2-2021 polestar-2-dual-motor-2022 polestar-2-2020",
    "renault-zoe-ze50": "renault-zoe-r135-ze50-2019",
    "tesla-model-3-lr": "tesla-model-3-long-range-awd-2021 tesla-model-3-long-range-awd-2022",
    "tesla-model-3-rwd-lfp": "tesla-model-3-rwd-2022 tesla-model-3-rwd-2021 tesla-model-3-2023",
    "tesla-model-3-sr": (
        "tesla-model-3-standard-range-plus-2019 tesla-model-3-standard-range-plus-2020 "
        "tesla-model-3-sr-plus-2022"
    ),
    "tesla-model-y-lr": (
        "tesla-model-y-long-range-awd-2020 tesla-model-y-long-range-awd-2021 "
        "tesla-model-y-long-range-awd-2022 tesla-model-y-long-range-2020 "
        "tesla-model-y-long-range-dual-motor-2022"
    ),
    "vw-id3-58": "volkswagen-id-3-58-kwh-2020 volkswagen-id-3-1st-2020",
    "vw-id4-77": (
        "volkswagen-id-4-1st-2021 volkswagen-id-4-pro-2021 volkswagen-id-4-pro-2022 "
        "volkswagen-id-4-pro-2023 volkswagen-id-4-77-kwh-2020 "
        "volkswagen-id-4-pro-performance-2021"
    ),
}
"""Cars by hand, and the records of the facts that are the same car: those are not listed."""
REPLACED = {record: car for car, records in BY_HAND.items() for record in records.split()}
