"""Writes what follows from the records and has to stand in files: make derived.

The keywords of `plan()`, for type checkers and editors, which cannot follow a loop over fields;
and the JSON Schema of plans, for programs that are not in Python.
"""

import types
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal, Union, get_args, get_origin

from pydantic import BeforeValidator

from tripplan.output.files.export import SCHEMA_VERSION, schema_text
from tripplan.records import trip
from tripplan.records.base import Record
from tripplan.records.marks import marks
from tripplan.records.quantities import unit_of
from tripplan.records.wishes import WISHES, Wish

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "tripplan"
LITERALS = {found: name for name, found in vars(trip).items() if get_origin(found) is Literal}
HEAD = '''"""Keywords of `plan()`, for type checkers and editors; written by `make derived`."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypedDict

{imports}

class Wishes(TypedDict, total=False):
    """What can be wished for a trip beside its ends: see `WISHES`.

    Lists may be one text with semicolons; ``via`` and ``closed`` one with vertical bars.
    """

'''


def parts(kind: object) -> Iterator[str]:
    """Yield what a value of a field's type may be given as, in parts of a union."""
    inner = get_args(kind)
    match get_origin(kind):
        case origin if origin is Annotated:
            yield from parts(inner[0])
        case origin if origin in (Union, types.UnionType):
            for part in inner:
                yield from parts(part)
        case origin if origin is Literal:
            yield LITERALS[kind]
        case origin if origin is tuple and inner[-1] is ...:
            yield f"Sequence[{' | '.join(parts(inner[0]))}]"
        case origin if origin is tuple:
            yield f"tuple[{', '.join(' | '.join(parts(part)) for part in inner)}]"
        case _ if kind is type(None):
            yield "None"
        case _ if isinstance(kind, type) and issubclass(kind, Record):
            yield from (kind.__name__, "str")
        case _:
            assert kind in (bool, int, float, str, datetime), kind
            yield kind.__name__


def given_as(wish: Wish) -> str:
    """Return the type of what may be given for a wish."""
    if wish.field == "waypoints":
        return "Via"
    found = list(parts(wish.info.annotation))
    many = found[0].startswith("Sequence")
    written = many or unit_of(wish.field) or any(marks(wish.info, BeforeValidator))
    if written and found[0] != "Sequence[str]":
        found.insert(1, "str")
    return " | ".join(found)


def keywords() -> str:
    """Return the module with the keywords of `plan()`."""
    fields = {word: given_as(wish) for word, wish in WISHES.items()}
    used = " ".join(fields.values())
    records = (
        name
        for name in vars(trip)
        if name in {*LITERALS.values(), "Adapter", "Place", "WorkingShare"}
    )
    names = sorted(name for name in records if name in used)
    listed = "".join(f"    {name},\n" for name in names)
    imports = f"from tripplan.records.trip import (\n{listed})\n"
    imports += "from tripplan.records.wishes import Via\n"
    lines = (f"    {word}: {kind}\n" for word, kind in fields.items())
    return HEAD.format(imports=imports) + "".join(lines)


def derived() -> dict[Path, str]:
    """Return every file that follows from the records, with its text."""
    schema = f"{SCHEMA_VERSION.replace('/', '-')}.json"
    return {
        PACKAGE / "planning" / "keywords.py": keywords(),
        ROOT / "docs" / "schemas" / schema: schema_text(),
    }


if __name__ == "__main__":
    for path, text in derived().items():
        path.write_text(text, encoding="utf-8")
        print(path)
