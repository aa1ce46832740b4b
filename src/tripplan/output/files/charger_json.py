"""What was understood of charger files, as JSON: every field of every site, and what was not taken.

The fields of a site are those of `Charger`, with powers filled in by rule where none is stated.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from pydantic import TypeAdapter

from tripplan.planning.opening_hours import is_open
from tripplan.records.charger import Charger
from tripplan.sources.charger_sites import GivenChargers
from tripplan.sources.chargers.assume import assume_powers

FORMAT: Final = "tripplan-chargers/1"
_CHARGER = TypeAdapter(Charger)


def chargers_to_json(given: Sequence[GivenChargers], *, at: datetime | None = None) -> str:
    """Return what was understood of charger files, as one object of JSON.

    Parameters
    ----------
    given
        What was read.
    at
        Time for which each site says whether it is open: ``open`` is true, false, or null where
        that is not known; None: no site says it.
    """
    told: dict[str, Any] = {"format": FORMAT}
    if at is not None:
        told["at"] = at.isoformat()
    told["files"] = [
        {
            "file": one.file,
            "sha256": one.sha256,
            "source": one.reading.source,
            "read_as": one.reading.format,
            "rows": one.reading.row_count,
            "skipped": dict(one.reading.skipped),
            "ignored": dict(one.reading.ignored),
            "sites": [_site(site, at) for site in assume_powers(one.reading.chargers)],
        }
        for one in given
    ]
    return json.dumps(told, indent=1, ensure_ascii=False) + "\n"


def _site(site: Charger, at: datetime | None) -> dict[str, Any]:
    fields: dict[str, Any] = _CHARGER.dump_python(site, mode="json")
    return fields if at is None else {**fields, "open": is_open(site, at)}
