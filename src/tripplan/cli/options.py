"""Options of the command line that are wishes of a trip: made from the records."""

from collections.abc import Callable, Iterable, Iterator
from typing import Annotated, Any, Literal, get_args, get_origin

import typer

from tripplan.cli.help import PlainCommand
from tripplan.records.docstrings import field_docstrings
from tripplan.records.quantities import in_unit_of, unit_of
from tripplan.records.wishes import WISHES, Wish


def wished() -> Iterator[tuple[str, Any]]:
    """Yield each wish with the annotation of its option.

    Values come as text, once or several times, or as a switch; which are right, the records say.
    """
    for word, wish in WISHES.items():
        flags = [wish.asked.option] if wish.asked.option else []
        panel = (wish.part or "trip").capitalize()
        option = typer.Option(*flags, rich_help_panel=panel)
        yield word, Annotated[_kind(wish), option]


class WishingCommand(PlainCommand):
    """A command whose options for wishes get their words when its help is asked for."""

    def format_help(self, *where: Any) -> None:  # noqa: ANN401 - typer has its own click
        """Write the help, with the words of the records."""
        describe(self.params)
        super().format_help(*where)


def describe(options: Iterable[Any]) -> None:
    """Give options that are wishes the words of their fields."""
    for option in options:
        if option.name in WISHES:
            option.help = _help(WISHES[option.name])


def quantity(field: str, *, bare: bool = True) -> Callable[[str | float], float]:
    """Return what reads the value of an option that is a quantity, with or without its unit.

    Parameters
    ----------
    field
        Name that ends in the unit of a bare number: "payload_kg".
    bare
        Whether a number without its unit will do: where the option's own name does not end in the
        unit, nobody can know what "3" is.
    """

    def read(given: str | float) -> float:
        known = unit_of(field)
        if known and not bare and isinstance(given, str) and _is_number(given) and float(given):
            kind = known[0]
            raise typer.BadParameter(f"{given} of what? {kind.noun} is written like {kind.like}")
        try:
            return float(in_unit_of(field, given))  # type: ignore[arg-type] # a text or a number
        except ValueError as error:
            raise typer.BadParameter(f"{given}: {error}") from error

    return read


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _kind(wish: Wish) -> Any:  # noqa: ANN401 - a type
    kind = wish.info.annotation
    if kind is bool:
        return bool | None
    several = get_origin(kind) is tuple and get_origin(get_args(kind)[0]) is not tuple
    return list[str] | None if several else str | None


def _help(wish: Wish) -> str:
    """Return the first clause of a field's docstring, with its choices or an example."""
    told = " ".join(field_docstrings(wish.record).get(wish.field, "").replace("`", "").split())
    told = told.split(";")[0].split(", shape")[0].removesuffix(".")
    choices = _choices(wish.info.annotation)
    if choices:
        told += f": {', '.join(choices)}"
    elif wish.asked.like:
        told += f', like "{wish.asked.like}"'
    elif known := unit_of(wish.field):
        told += f", like {known[0].like.split(',')[0]}"
    return f"{told}."


def _choices(kind: object) -> tuple[str, ...]:
    if get_origin(kind) is Literal:
        return get_args(kind)
    return next(filter(None, map(_choices, get_args(kind))), ())
