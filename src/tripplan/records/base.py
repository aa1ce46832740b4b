"""The base of every record that can come in as text: frozen, strict, all faults in one message."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler, ValidationError
from pydantic.json_schema import JsonSchemaValue

from tripplan.errors import InvalidInputError
from tripplan.records.docstrings import field_docstrings

if TYPE_CHECKING:
    from pydantic_core import CoreSchema, ErrorDetails


class Record(BaseModel):
    """A frozen record; a built one is a valid one.

    Unknown fields, NaN and infinities are refused.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        str_strip_whitespace=True,
    )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: "CoreSchema", handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Describe each field in the schema by its docstring."""
        schema = handler(core_schema)
        fields = handler.resolve_ref_schema(schema).get("properties", {})
        for name, words in field_docstrings(cls).items():
            if name in fields:
                fields[name].setdefault("description", words)
        return schema

    @classmethod
    def parse(cls, data: Mapping[str, Any], *, where: str) -> Self:
        """Build the record from outside data, and report every fault at once.

        Parameters
        ----------
        data
            Field names and values.
        where
            What is being read, for the message: a file name, "trip 12", ...

        Raises
        ------
        InvalidInputError
            One message with a line for each fault.
        """
        if not isinstance(data, Mapping):
            raise InvalidInputError(
                f"{where}: field names with values are wanted, but this is {_what(data)}",
                field=cls.__name__.lower(),
                value=data,
                expected="a mapping",
            )
        try:
            return cls.model_validate(dict(data))
        except ValidationError as error:
            raise invalid_input(error, where=where, known=cls.model_fields) from error


def as_text(text: object, *, where: str) -> str:
    """Return what is text already; anything else is refused by name.

    Parameters
    ----------
    text
        What a reader was given.
    where
        What is being read, for the message.

    Raises
    ------
    InvalidInputError
        It is no text.
    """
    if isinstance(text, str):
        return text
    raise InvalidInputError(
        f"{where}: text is wanted, but this is {_what(text)}",
        field="text",
        value=text,
        expected="text",
    )


def as_path(path: object, *, where: str) -> Path:
    """Return the path of a file or folder; what cannot be one is refused by name.

    Parameters
    ----------
    path
        What a reader was given.
    where
        What is being read, for the message.

    Raises
    ------
    InvalidInputError
        It is no path, or an empty one, or holds a null character.
    """
    name = os.fspath(path) if isinstance(path, str | os.PathLike) else None
    if isinstance(name, str) and name and "\0" not in name:
        return Path(name)
    raise InvalidInputError(
        f"{where}: the path of a file is wanted, but this is {_what(path)}",
        field="path",
        value=path,
        expected="a path: text or pathlib.Path",
    )


def _what(value: object) -> str:
    """Name a value that is of the wrong kind."""
    return "None" if value is None else f"{type(value).__name__} {shown(value)}"


def invalid_input(
    error: ValidationError, *, where: str, known: Mapping[str, object] | None = None
) -> InvalidInputError:
    """Turn pydantic's report into one `InvalidInputError` with a line for each fault."""
    faults = error.errors(include_url=False)
    lines = []
    for fault in faults:
        field = ".".join(str(part) for part in fault["loc"]) or "its fields together"
        message = fault["msg"].removeprefix("Value error, ")
        if fault["type"] == "extra_forbidden":
            message = "there is no such field" + (
                "; known: " + ", ".join(known) if known and len(fault["loc"]) == 1 else ""
            )
        given = "" if _is_record(fault) else f", but got {shown(fault['input'])}"
        lines.append(f"  {field}: {message}{given}")
    first = faults[0]
    return InvalidInputError(
        f"{where}: {len(faults)} fault{'s' if len(faults) > 1 else ''}\n" + "\n".join(lines),
        field=".".join(str(part) for part in first["loc"]),
        value=first["input"],
        expected=first["msg"],
    )


def _is_record(fault: "ErrorDetails") -> bool:
    """Tell whether a fault is of a whole record, which says nothing in a message."""
    return fault["type"] == "missing" or isinstance(fault["input"], Mapping | BaseModel)


def shown(value: object, limit: int = 60) -> str:
    """Return how a value is shown in a message: short, whatever its own words for itself do."""
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001 - numbers of thousands of digits; somebody's own object
        text = f"<{type(value).__name__}>"
    return text if len(text) <= limit else text[: limit - 3] + "..."
