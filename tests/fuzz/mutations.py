"""Ways to damage the bytes of a file, each drawn at random."""

import random
import re
from collections.abc import Callable

ODD_NUMBERS = (
    *("0", "-1", "1", "-0.0", "nan", "inf", "-inf", "1e308", "-1e308", "1e-308", "1,5", "0x10"),
    *("9999999999999999999", "-9223372036854775808", "4294967296", "2147483647", "65536", "255"),
    *("1e5", "1e400", "0.000001", "9" * 5000),
)
ODD_TEXTS = (
    *("", '"', "'", ",", ";", "\0", "\ufeff", "\r\n", "null", "None", "{}", "[]", "[[[[", "<a>"),
    *("&amp;", "&x;", "true", "NaN", "=1+1", "\u202e", "é", "🚗", "../..", "%s", "{0}"),
)
_NUMBER = re.compile(rb"-?\d+\.?\d*(?:[eE][-+]?\d+)?")
_WORD = re.compile(rb"[A-Za-z_]\w*")


def damaged(content: bytes, chance: random.Random) -> bytes:
    """Return a content with one to four kinds of damage."""
    for _ in range(chance.choice((1, 1, 1, 2, 2, 4))):
        content = chance.choice(_WAYS)(content, chance)
    return content


def _at(content: bytes, chance: random.Random) -> int:
    # Heads of files say what follows, and are hit more often.
    return chance.randrange(min(len(content), chance.choice((64, 512, 1 << 30))) or 1)


def _flip(content: bytes, chance: random.Random) -> bytes:
    spoilt = bytearray(content or b"\0")
    for _ in range(chance.choice((1, 1, 1, 2, 8))):
        spoilt[_at(content, chance)] ^= 1 << chance.randrange(8)
    return bytes(spoilt)


def _bytes(content: bytes, chance: random.Random) -> bytes:
    spoilt = bytearray(content or b"\0")
    place = _at(content, chance)
    spoilt[place : place + chance.choice((1, 2, 4, 8))] = chance.choice(
        (b"\0", b"\xff", b"\xff\xff\xff\x7f", b"\0\0\0\x80", chance.randbytes(4))
    )
    return bytes(spoilt)


def _cut(content: bytes, chance: random.Random) -> bytes:
    return content[: _at(content, chance)]


def _take_out(content: bytes, chance: random.Random) -> bytes:
    first = _at(content, chance)
    return content[:first] + content[first + chance.choice((1, 2, 16, 256)) :]


def _twice(content: bytes, chance: random.Random) -> bytes:
    first = _at(content, chance)
    last = first + chance.choice((1, 8, 64, 1024))
    return content[:last] + content[first:last] * chance.choice((1, 1, 3, 50)) + content[last:]


def _insert(content: bytes, chance: random.Random) -> bytes:
    place = _at(content, chance)
    text = chance.choice(ODD_TEXTS).encode() * chance.choice((1, 1, 1, 3, 2000))
    return content[:place] + text + content[place:]


def _number(content: bytes, chance: random.Random) -> bytes:
    return _instead(content, _NUMBER, chance.choice(ODD_NUMBERS), chance)


def _text(content: bytes, chance: random.Random) -> bytes:
    return _instead(content, _WORD, chance.choice((*ODD_TEXTS, *ODD_NUMBERS)), chance)


def _instead(content: bytes, pattern: re.Pattern[bytes], text: str, chance: random.Random) -> bytes:
    found = list(pattern.finditer(content[: 1 << 16]))
    if not found:
        return _flip(content, chance)
    one = chance.choice(found)
    return content[: one.start()] + text.encode() + content[one.end() :]


def _lines(content: bytes, chance: random.Random) -> bytes:
    lines = content.split(b"\n")
    a, b = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[a], lines[b] = lines[b], lines[a]
    if chance.random() < 0.5:
        del lines[a]
    return b"\n".join(lines)


_WAYS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    *(_flip, _flip, _bytes, _cut, _take_out, _twice, _insert, _number, _number, _text, _lines),
)
