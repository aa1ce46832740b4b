"""Turn restrictions: from the relations of a file to records, `read_restriction`.

Pure: tags and members in, meaning out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Restriction:
    """A turn restriction: after ``sources`` and the via, some targets are banned or compulsory."""

    id: int
    only: bool
    """Whether the targets are the only ones allowed (only_*), or those banned (no_*)."""
    sources: tuple[int, ...]
    """Ways that one comes from."""
    targets: tuple[int, ...]
    """Ways that one turns into."""
    via_node: int | None
    """The node between them, or None where ways lie between."""
    via_ways: tuple[int, ...] = ()
    """The ways between, in any order: files have them as they were clicked."""
    u_turn: bool = False
    """Whether it forbids to turn round on a road."""


_CAR_KEYS: Final = ("restriction:motorcar", "restriction:motor_vehicle", "restriction:vehicle")
_CONDITIONS: Final = ("day_on", "day_off", "hour_on", "hour_off")
_CARS: Final = frozenset(("motorcar", "motor_vehicle", "vehicle"))


def read_restriction(
    relation: int, tags: Mapping[str, str], members: Sequence[tuple[str, int, str]]
) -> Restriction | str:
    """Read a relation of type=restriction.

    Parameters
    ----------
    relation
        Its id.
    tags
        Its tags.
    members
        Type ("n", "w", "r"), id and role of each member, in order.

    Returns
    -------
    Restriction or str
        The restriction, or the reason why it does not bind a car.
    """
    keys = [key for key in (*_CAR_KEYS, "restriction") if key in tags]
    if not keys:
        conditional = any(key.endswith(":conditional") for key in tags)
        return "conditional" if conditional else "not for cars"
    if _CARS & {part.strip() for part in tags.get("except", "").split(";")}:
        return "cars excepted"
    if any(key in tags for key in _CONDITIONS):
        return "conditional"
    kind = tags[keys[0]]
    if not kind.startswith(("no_", "only_")):
        return "unknown kind"
    return _members(relation, kind, members)


def _members(
    relation: int, kind: str, members: Sequence[tuple[str, int, str]]
) -> Restriction | str:
    sources = tuple(ref for sort, ref, role in members if role == "from" and sort == "w")
    targets = tuple(ref for sort, ref, role in members if role == "to" and sort == "w")
    nodes = [ref for sort, ref, role in members if role == "via" and sort == "n"]
    ways = tuple(ref for sort, ref, role in members if role == "via" and sort == "w")
    only = kind.startswith("only_")
    if not sources or not targets or len(nodes) > 1 or bool(nodes) == bool(ways):
        return "members missing or too many"
    if (len(sources) > 1 and kind != "no_entry") or (len(targets) > 1 and kind != "no_exit"):
        return "members missing or too many"
    return Restriction(
        id=relation,
        only=only,
        sources=sources,
        targets=targets,
        via_node=nodes[0] if nodes else None,
        via_ways=ways,
        u_turn=kind == "no_u_turn" and sources == targets,
    )
