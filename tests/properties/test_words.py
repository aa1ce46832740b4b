"""Text from outside, made one line and safe, against twins that look at one character at a time."""

import html
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from tripplan.output.drawing.markup import escape
from tripplan.output.text.words import one_line

TURNERS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
ODD = st.sampled_from("\t\n\x00\x1b\x7f\x85\xa0\u2028\u2029\ufffe\uffff<>&'\"{}`$\\ " + TURNERS)
TEXTS = st.text(st.one_of(st.characters(), ODD), max_size=300)


def plain(text: str, limit: int) -> str:
    """Return text as `one_line` is said to, character by character."""
    kept = ""
    for ch in text[: 20 * limit]:
        if ch in TURNERS or ch in "\ufffe\uffff":
            continue
        kept += " " if unicodedata.category(ch) in {"Cc", "Cs", "Zl", "Zp"} else ch
    line = " ".join(kept.split())
    if len(line) > limit or len(text) > 20 * limit:
        return line[: limit - 1].rstrip() + "…"
    return line


@given(TEXTS, st.integers(2, 40))
def test_one_line_is_what_it_is_character_by_character(text: str, limit: int) -> None:
    assert one_line(text, limit) == plain(text, limit)


@given(TEXTS)
def test_escaped_text_holds_nothing_that_ends_a_text_and_reads_the_same(text: str) -> None:
    found = str(escape(text))
    assert not set(found) & set("<>'\"{}`$\\\u2028\u2029")
    assert html.unescape(found) == plain(text, 600)
