"""What of a log was not used, and why: nothing is dropped without being counted."""

from collections.abc import Iterable
from dataclasses import dataclass

_NAMED = 3
"""So many places are named for each reason; the others are counted."""


@dataclass(frozen=True)
class LeftOut:
    """Rows or drives of a log that were left out for one reason."""

    where: str
    """The line of the file, or the name of the drive."""
    reason: str
    rows: int = 1
    """How many rows of the file they are."""


def in_words(left_out: Iterable[LeftOut]) -> str:
    """Say how many were left out and why, reason after reason; empty where none were."""
    reasons: dict[str, list[LeftOut]] = {}
    for item in left_out:
        reasons.setdefault(item.reason, []).append(item)
    parts = []
    for reason, items in reasons.items():
        rows = sum(item.rows for item in items)
        places = ", ".join(item.where for item in items[:_NAMED])
        more = f" and {len(items) - _NAMED} more" if len(items) > _NAMED else ""
        parts.append(f"{rows} ({places}{more}) {reason}")
    return "; ".join(parts)
