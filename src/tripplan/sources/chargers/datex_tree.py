"""Look into the trees of DATEX II: names with and without prefixes, lists of one; pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

_PREFIXES: Final = ("aegi", "egi", "afac", "fac", "aloc", "loc")
_DEEPEST: Final = 10


def named(node: object, name: str) -> Any:  # noqa: ANN401 - whatever the file has there
    """Return what a node has under a name, with whatever prefix; None: nothing."""
    if not isinstance(node, Mapping):
        return None
    if name in node:
        return node[name]
    capital = name[:1].upper() + name[1:]
    for prefix in _PREFIXES:
        if prefix + capital in node:
            return node[prefix + capital]
    return None


def listed(node: object, name: str) -> Sequence[Any]:
    """Return what a node has under a name as a list: XML does not mark a list of one."""
    found = named(node, name)
    if found is None or found == "":
        return ()
    return found if isinstance(found, list) else (found,)


def text_of(node: object, depth: int = 0) -> str:
    """Return a text: a node that is one, an enumeration's, or the first of several languages."""
    if isinstance(node, str):
        return node.strip()
    if isinstance(node, bool) or node is None or depth > _DEEPEST:
        return ""
    if isinstance(node, int | float):
        return str(node)
    if isinstance(node, list):
        return next((text for text in (text_of(one, depth + 1) for one in node) if text), "")
    if isinstance(node, Mapping):
        return text_of(node.get("values"), depth + 1) or text_of(node.get("value"), depth + 1)
    return ""


def below(node: object, name: str, depth: int = 0) -> Iterator[Mapping[str, Any]]:
    """Yield the nodes below one, itself included, that have a name; in the order of the file."""
    if depth > _DEEPEST:
        return
    if isinstance(node, list):
        for one in node:
            yield from below(one, name, depth + 1)
    elif isinstance(node, Mapping):
        if named(node, name) is not None:
            yield node
        for value in node.values():
            if isinstance(value, Mapping | list):
                yield from below(value, name, depth + 1)
