"""Where a value of a file stands, so that what is wrong with it is said with file, line and key."""

import difflib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pydantic import ValidationError

from tripplan.errors import InvalidInputError
from tripplan.records.base import shown

Where = tuple[str | int, ...]
"""Where a value stands in a file: keys of tables, and positions in lists, from 0."""
Fault = tuple[Where, str]
_MOST_FAULTS = 20
_HEADER = re.compile(r"(\[\[?)\s*([\w-]+)\s*\]\]?")
_KEY = re.compile(r"\s*([\w-]+)\s*[.=]")
_QUOTED = re.compile(
    r'"""(?:\\.|[^\\])*?"""|"(?:\\.|[^"\\\n])*"' + r"|'''.*?'''|'[^'\n]*'|#[^\n]*", re.DOTALL
)
"""Strings and comments of TOML."""


@dataclass(frozen=True)
class Source:
    """Where a file of tables comes from, for messages: a study, a household."""

    name: str = "study"
    """What the file is called in messages."""
    lines: Mapping[Where, int] = field(default_factory=dict)
    """Line of each key, from 1, shape (keys,); empty: it comes from no file."""

    def error(self, faults: Iterable[Fault]) -> InvalidInputError:
        """Return one error with a line for each fault, twenty at most."""
        found = list(dict.fromkeys(faults))
        told = [self._told(where, words) for where, words in found[:_MOST_FAULTS]]
        if len(found) > len(told):
            told.append(f"and {len(found) - len(told)} more")
        first = found[0][0]
        return InvalidInputError("\n".join(told), field=_dotted(first), expected=found[0][1])

    def _told(self, where: Where, words: str) -> str:
        known = next((where[:k] for k in range(len(where), 0, -1) if where[:k] in self.lines), None)
        line = "" if known is None else f", line {self.lines[known]}"
        return f"{self.name}{line}: {_dotted(where)}: {words}" if where else f"{self.name}: {words}"


def _dotted(where: Where) -> str:
    text = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in where)
    return text.removeprefix(".")


def toml_lines(text: str) -> dict[Where, int]:
    """Return the line of each table and plain key of valid TOML, from 1, by its place."""
    lines: dict[Where, int] = {}
    counts: Counter[str] = Counter()
    table: Where = ()
    depth = 0
    for number, line in enumerate(_QUOTED.sub(_emptied, text).splitlines(), start=1):
        header, key = _HEADER.fullmatch(line.strip()), _KEY.match(line)
        if depth == 0 and header:
            name = header[2]
            table = (name, counts[name]) if header[1] == "[[" else (name,)
            counts[name] += 1
            lines.setdefault((name,), number)
            lines[table] = number
            continue
        if depth == 0 and key:
            lines.setdefault((*table, key[1]), number)
        depth += sum((sign in "[{") - (sign in "]}") for sign in line)
    return lines


def _emptied(match: re.Match[str]) -> str:
    """Leave of a string or a comment only its lines."""
    return ("" if match[0].startswith("#") else '""') + "\n" * match[0].count("\n")


def validation_faults(
    error: ValidationError, known_at: Callable[[Where], Iterable[str]]
) -> Iterator[Fault]:
    """Yield what pydantic finds wrong, each with its place.

    Parameters
    ----------
    error
        What it raised.
    known_at
        Returns the keys that a table may have, by its place.
    """
    for fault in error.errors(include_url=False):
        where = tuple(fault["loc"])
        if fault["type"] == "extra_forbidden":
            yield where, unknown_key(str(where[-1]), known_at(where[:-1]))
        elif fault["type"] == "missing":
            yield where, "is needed"
        else:
            words = fault["msg"].removeprefix("Value error, ")
            yield where, f"{words}, but got {shown(fault['input'], 80)}"


def unknown_key(key: str, known: Iterable[str]) -> str:
    """Say that there is no such key, and which one may be meant, or all."""
    known = list(known)
    near = difflib.get_close_matches(key.casefold().replace("-", "_"), known, n=1, cutoff=0.6)
    return "there is no such key; " + (
        f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}"
    )
