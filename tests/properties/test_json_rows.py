"""JSON read in pieces of any size is what the standard parser makes of the whole."""

import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tripplan.errors import DataError
from tripplan.sources.chargers import json_rows
from tripplan.sources.chargers.json_rows import ROW_KEYS, JsonRows

LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
KEYS = st.sampled_from(sorted(ROW_KEYS)) | st.text(max_size=3)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)
INDENTS = st.sampled_from((None, 0, 2))


def whole(text: str, chunk: int) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_rows, "_CHUNK", chunk)
        return JsonRows(io.StringIO(text), where="x").whole()


@given(value=VALUES, indent=INDENTS, chunk=st.integers(1, 40))
@settings(max_examples=150, deadline=None)
def test_a_document_in_pieces_is_the_same(value: Any, indent: int | None, chunk: int) -> None:
    text = json.dumps(value, indent=indent)
    assert whole(text, chunk) == json.loads(text)


@given(
    values=st.lists(st.dictionaries(KEYS, VALUES, max_size=3), min_size=2, max_size=5),
    chunk=st.integers(1, 40),
)
@settings(max_examples=80, deadline=None)
def test_one_object_a_line_is_a_list(values: list[Any], chunk: int) -> None:
    text = "\n".join(map(json.dumps, values))
    assert whole(text, chunk) == [json.loads(line) for line in text.split("\n")]


@given(value=VALUES.filter(lambda v: isinstance(v, list | dict) and v), data=st.data())
@settings(max_examples=80, deadline=None)
def test_a_document_cut_off_is_refused(value: Any, data: st.DataObject) -> None:
    text = json.dumps(value)
    cut = text[: data.draw(st.integers(1, len(text) - 1))]
    with pytest.raises(DataError, match=r"cut off|damaged"):
        whole(cut, data.draw(st.integers(1, 40)))


@given(count=st.integers(0, 120), chunk=st.integers(1, 40), key=st.sampled_from(sorted(ROW_KEYS)))
@settings(max_examples=30, deadline=None)
def test_rows_come_once_and_in_order(count: int, chunk: int, key: str) -> None:
    rows = [{"n": n} for n in range(count)]
    for document in (rows, {"a": 1, key: rows, "z": [1]}):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(json_rows, "_CHUNK", chunk)
            found = JsonRows(io.StringIO(json.dumps(document)), where="x")
            assert found.head == rows[: json_rows.HEAD]
            assert list(found.rows()) == rows
