"""Charger files with junk in any place are read, or refused in the package's own words."""

import json
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.samples.charger_forms import FORMS, Site
from tripplan.errors import DataError
from tripplan.sources.chargers.files import parse_chargers

JUNK: Final[tuple[Any, ...]] = (
    None,
    True,
    -1,
    1e308,
    "",
    "x",
    "٣",
    "\0",
    [],
    {},
    [[]],
    [None],
    {"values": 5},
    "1e9",
)
SITES: Final = (
    Site("1", "A", 49.4, 8.6, ((("CCS2", 150.0), ("CHADEMO", 50.0)), (("TYPE2", 22.0),))),
    Site("2", "B", 50.4, 9.6, ((("CCS2", 300.0),),), price_per_kwh=0.49),
)


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """List the paths to all nodes of a tree."""
    found = [path]
    if isinstance(node, dict):
        pairs = list(node.items())
    else:
        pairs = list(enumerate(node)) if isinstance(node, list) else []
    for key, value in pairs:
        found += places(value, (*path, key))
    return found


def planted(tree: Any, path: tuple[Any, ...], junk: Any) -> Any:
    """Return a tree with junk at a place."""
    if not path:
        return junk
    copy = json.loads(json.dumps(tree))
    node = copy
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = junk
    return copy


def is_json(name: str) -> bool:
    return FORMS[name].write([FORMS[name].can(SITES[0])])[:1] in (b"{", b"[")


@pytest.mark.parametrize("name", [name for name in FORMS if is_json(name) and "line" not in name])
@given(data=st.data())
@settings(max_examples=120, deadline=None)
def test_junk_in_json(name: str, data: st.DataObject) -> None:
    form = FORMS[name]
    tree = json.loads(form.write([form.can(site) for site in SITES]))
    path = data.draw(st.sampled_from(places(tree)))
    tree = planted(tree, path, data.draw(st.sampled_from(JUNK)))
    try:
        reading = parse_chargers(json.dumps(tree).encode(), where="x")
    except DataError:
        return
    assert reading.row_count <= 6


@pytest.mark.parametrize("name", [name for name in FORMS if is_json(name) and "line" not in name])
@pytest.mark.parametrize("junk", [True, [None], {"values": 5}])
def test_some_junk_in_every_place(name: str, junk: Any) -> None:
    tree = json.loads(FORMS[name].write([FORMS[name].can(SITES[1])]))
    for path in places(tree):
        try:
            parse_chargers(json.dumps(planted(tree, path, junk)).encode(), where="x")
        except DataError:
            continue


@pytest.mark.parametrize("name", [name for name in FORMS if not is_json(name)])
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_junk_in_text(name: str, data: st.DataObject) -> None:
    form = FORMS[name]
    text = form.write([form.can(site) for site in SITES])
    begin = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(begin, min(begin + 30, len(text))))
    junk = data.draw(st.sampled_from((b"", b"\xff", b"\0", b'"', b";", b"\n", b"<x>", b"999999")))
    try:
        parse_chargers(text[:begin] + junk + text[end:], where="x")
    except DataError:
        return
