"""Names of operators and sites in comparable form, and how alike two of them are."""

import difflib
import functools
import re
import unicodedata
from typing import Final

SAME_OPERATOR: Final = 0.8
"""Least similarity of two operators' names, 0..1; or of the sites' names where those differ."""
_COMMON_WORDS: Final = frozenset(
    {
        "charging",
        "charge",
        "charger",
        "chargers",
        "station",
        "stations",
        "network",
        "networks",
        "the",
        "of",
        "at",
        "inc",
        "llc",
        "ltd",
        "gmbh",
        "ag",
        "kg",
        "co",
        "bv",
        "as",
        "ab",
        "sa",
        "spa",
        "srl",
        "ev",
        "evse",
        "parking",
        "lot",
        "garage",
        "und",
        "and",
        "de",
        "la",
        "le",
        "di",
        "ladestation",
        "ladesaule",
        "borne",
        "recharge",
        "motors",
    }
)


@functools.lru_cache(maxsize=65536)
def folded(name: str) -> str:
    """Bring a name into comparable form: no case, accents, punctuation and common words."""
    plain = unicodedata.normalize("NFKD", name[:200]).casefold()
    plain = "".join(ch for ch in plain if not unicodedata.combining(ch))
    words = re.findall(r"\w+", plain.replace("_", " "))
    return " ".join([word for word in words if word not in _COMMON_WORDS] or words)


@functools.lru_cache(maxsize=65536)
def similarity(one: str, other: str) -> float:
    """Likeness of two folded names, 0..1: by shared words, or by letters; 0 if one is empty."""
    if not one or not other:
        return 0.0
    if one == other:
        return 1.0
    first, second = sorted((one, other))
    words, others = set(first.split()), set(second.split())
    shared = len(words & others) / min(len(words), len(others))
    letters = difflib.SequenceMatcher(None, first, second, autojunk=False).ratio()
    return max(letters, shared if min(len(words), len(others)) > 1 else 0.9 * shared)
