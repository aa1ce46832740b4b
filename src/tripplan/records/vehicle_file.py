"""Write a car as a TOML file of the catalogue's form, with where each value comes from."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tripplan.records.atomic import write_text_atomically
from tripplan.records.base import as_path
from tripplan.records.vehicle import Provenance, Vehicle


def to_toml(car: Vehicle, heading: str = "") -> str:
    """Return the text of a car's file; reading it gives the same car.

    Parameters
    ----------
    car
        The car.
    heading
        First line, a comment.
    """
    lines = [f"# {line}" for line in heading.splitlines()]
    values = car.model_dump(exclude_unset=True, exclude={"provenance"})
    return "\n".join([*lines, *_table(values, "", car.provenance)]) + "\n"


def save_vehicle(car: Vehicle, path: str | Path, heading: str = "") -> Path:
    """Write a car's file, whole or not at all, and return its path.

    Parameters
    ----------
    car
        The car.
    path
        The file; one that is there is replaced.
    heading
        First line, a comment.

    Raises
    ------
    DataError
        It cannot be written.
    """
    target = as_path(path, where="vehicle file")
    write_text_atomically(target, to_toml(car, heading))
    return target


def with_values(car: Vehicle, values: Mapping[str, object], source: str) -> Vehicle:
    """Return a car some of whose values are other ones, which no longer name the old source.

    Parameters
    ----------
    car
        The car.
    values
        The new values by dotted field name, like ``{"mass_kg": 1650.0, "battery.soh": 0.9}``, in
        the field's unit.
    source
        Where they come from.

    Raises
    ------
    InvalidInputError
        A field or a value that no car has.
    """
    new: dict[str, Any] = car.model_dump(exclude_unset=True, exclude={"provenance"})
    known = dict(car.provenance)
    for name, value in values.items():
        *tables, field = name.split(".")
        table = new
        for key in tables:
            table = table.setdefault(key, {})
        table[field] = value
        # A note or an id has no source.
        if not isinstance(value, str) or name in known:
            unit = known[name].unit if name in known else ""
            known[name] = Provenance(unit=unit, source=source, kind="user")
    return Vehicle.parse({**new, "provenance": known}, where=f"vehicle {car.id}, changed")


def _table(
    values: Mapping[str, Any], prefix: str, provenance: Mapping[str, Provenance]
) -> list[str]:
    lines, below = [], []
    for key, item in values.items():
        if item is None:
            continue
        if isinstance(item, Mapping):
            inner = _table(item, f"{prefix}{key}.", provenance)
            has_values = bool(inner) and not inner[0].startswith(("\n", "["))
            below += [*([f"\n[{prefix}{key}]"] if has_values else []), *inner]
        else:
            lines.append(f"{key} = {_with_source(item, provenance.get(prefix + key))}")
    return lines + below


def _with_source(value: object, origin: Provenance | None) -> str:
    if origin is None:
        return _text(value)
    said = {name: text for name, text in origin.model_dump().items() if text}
    parts = [f"value = {_text(value)}", *(f"{name} = {_text(t)}" for name, t in said.items())]
    return "{ " + ", ".join(parts) + " }"


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, tuple | list):
        return "[" + ", ".join(_text(item) for item in value) + "]"
    return repr(value)
