"""What the name of a product or a site says of its power; pure.

Such a name bounds what is assumed of a plug whose power nobody states; it states none itself.
"""

import re
from typing import Final

from tripplan.sources.chargers.power_text import figures

_PRODUCTS: Final = (
    (re.compile(r"\bsupercharger\b.*\bv2\b|\bv2\b.*\bsupercharger\b"), 150.0),
    (re.compile(r"\bsupercharger\b.*\bv3\b|\bv3\b.*\bsupercharger\b"), 250.0),
    (re.compile(r"\burban\b.*\bsupercharger\b|\bsupercharger\b.*\burban\b"), 72.0),
    (re.compile(r"\bterra\s?(?:53|54)\b"), 50.0),
    (re.compile(r"\bterra\s?24\b"), 24.0),
    (re.compile(r"\bterra\s?94\b"), 90.0),
    (re.compile(r"\bterra\s?124\b"), 120.0),
    (re.compile(r"\bterra\s?184\b"), 180.0),
    (re.compile(r"\bqc\s?45\b|\bveefil\b|\bveefil[ -]?rt\b"), 50.0),
)
"""Products of Tesla, ABB, Efacec and Tritium and their highest power as they are sold, kW (general
knowledge; data sheets were not at hand)."""
_HYPERCHARGER: Final = re.compile(r"\bhyc[ _-]?(\d{2,4})\b")
"""alpitronic names its products by their power, kW."""
_FIGURE: Final = re.compile(r"\d+(?:[.,]\d+)?\s*kw\b")


def limit_kw(*names: object) -> float | None:
    """Return the most that names say of a site's power, kW; None: they say nothing.

    Parameters
    ----------
    *names
        Name of the site, model of the device; what is no text says nothing.
    """
    found: list[float] = []
    for name in names:
        if not isinstance(name, str):
            continue
        plain = name[:200].casefold()
        found += [kw for pattern, kw in _PRODUCTS if pattern.search(plain)]
        found += [float(kw) for kw in _HYPERCHARGER.findall(plain)]
        for match in _FIGURE.finditer(plain):
            found += [one.power_kw for one in figures(match[0]) or ()]
    return max((kw for kw in found if kw >= 1.0), default=None)
