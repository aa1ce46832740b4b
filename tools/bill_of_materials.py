"""List what tripplan installs with itself: a bill of materials (CycloneDX 1.5, JSON).

    python tools/bill_of_materials.py > bill.json

Names, versions and licences are those that the installed packages state of themselves, from
tripplan's own requirements downwards; extras are left out.
"""

import json
import re
import sys
from importlib import metadata
from typing import Any


def needed(name: str, found: dict[str, metadata.Distribution]) -> None:
    """Add a package and all that it requires to those found."""
    key = re.sub(r"[-_.]+", "-", name).lower()
    if key in found:
        return
    try:
        found[key] = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return  # needed on other systems only
    for line in found[key].requires or ():
        if "extra ==" not in line:
            needed(re.split(r"[^A-Za-z0-9._-]", line, maxsplit=1)[0], found)


def licence_of(one: metadata.Distribution) -> str:
    """Return the licence that a package states: an expression, a classifier or its own words."""
    told = one.metadata
    classes = [
        line.rpartition(" :: ")[2]
        for line in told.get_all("Classifier") or ()
        if line.startswith("License ::")
    ]
    words = (told.get("License") or "").strip().split("\n")[0]
    return told.get("License-Expression") or "; ".join(classes) or words


def bill() -> dict[str, Any]:
    """Return the bill of materials of this installation."""
    found: dict[str, metadata.Distribution] = {}
    needed("tripplan", found)
    parts = [
        {
            "type": "library",
            "name": one.metadata["Name"],
            "version": one.version,
            "purl": f"pkg:pypi/{key}@{one.version}",
            "licenses": [{"license": {"name": licence_of(one) or "not stated"}}],
        }
        for key, one in sorted(found.items())
        if key != "tripplan"
    ]
    own = found["tripplan"]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "component": {"type": "application", "name": "tripplan", "version": own.version}
        },
        "components": parts,
    }


if __name__ == "__main__":
    json.dump(bill(), sys.stdout, indent=1)
    sys.stdout.write("\n")
