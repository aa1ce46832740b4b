"""Values of an OSMnx graph's attributes, in all the forms that OSMnx and GraphML leave them."""

import math
import re
from typing import Final

_NOTHING: Final = frozenset(("", "None", "nan", "False"))
"""What stands for a missing value."""


def number(value: object) -> float | None:
    """Return a finite number, or None."""
    try:
        found = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return found if math.isfinite(found) else None


def first(value: object) -> str:
    """Return a tag's value; of a list, the first."""
    return next(iter(values(value)), "")


def values(value: object) -> list[str]:
    """Return a tag's values: several where OSMnx joined ways that differ, none where it has none.

    GraphML has lists as text: "['70', '100']".
    """
    if isinstance(value, list | tuple | set):
        return [text for each in value for text in values(each)]
    text = "" if value is None else str(value).strip()
    if text.startswith("[") and text.endswith("]"):
        quoted = re.findall(r"'([^']*)'|\"([^\"]*)\"|([^\s,\[\]]+)", text)
        return [part for each in quoted for part in each if part not in _NOTHING]
    return [] if text in _NOTHING else [text]
