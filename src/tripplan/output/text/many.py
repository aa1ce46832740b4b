"""Many plans as text: one row a plan, or in 80 columns one row a car and one column a season."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Protocol

from tripplan.output.text import words
from tripplan.records.plan import Plan

_WIDE: Final = 80
_NAME: Final = 24
_CELL: Final = 14
_ACROSS: Final = (_WIDE - _NAME) // _CELL
MOST_ROWS: Final = 60
"""So many rows are printed; the files have all."""


class Compared(Protocol):
    """What of an entry a row shows."""

    @property
    def label(self) -> str:
        """What it is called."""

    @property
    def plan(self) -> Plan | None:
        """Its plan."""


class Grid(Protocol):
    """A heat map as a table of text needs it."""

    @property
    def title(self) -> str:
        """What it is of."""

    @property
    def rows(self) -> Sequence[str]:
        """Names of rows."""

    @property
    def columns(self) -> Sequence[str]:
        """Names of columns."""


HEAD: Final = "    time stops      kWh arrive chance  spare       cost  "
"""Above the rows of `plan_rows`; chance of arriving, least energy to spare in kWh."""


def plan_rows(entries: Sequence[Compared]) -> str:
    """Return a table, one row a plan; those without a plan say so."""
    lines = [HEAD + "name"]
    lines += [_row(one) for one in entries[:MOST_ROWS]]
    if (left := len(entries) - MOST_ROWS) > 0:
        lines.append(f"and {words.count(left, 'row')} more on the page")
    return "\n".join(lines) + "\n"


def _row(one: Compared) -> str:
    """Return a row; names stand last, so that they may be long, and whole."""
    plan, label = one.plan, words.one_line(one.label)
    if plan is None:
        return f"{'no plan':>8}".ljust(len(HEAD)) + label
    likely = plan.arrival_probability
    cost = f"{plan.cost:.2f} {words.one_line(plan.currency, 3)}".rstrip()
    return (
        f"{words.clock(plan.total_s):>8} {plan.stop_count:>5} {plan.energy_spent_kwh:>8.1f} "
        f"{words.percent(plan.arrival_soc):>6} "
        f"{words.UNKNOWN if likely is None else words.chance(likely):>6} "
        f"{plan.slack_kwh:>6.1f} {cost:>10}  {label}"
    )


def grid(one: Grid, cells: Mapping[tuple[int, int], str]) -> str:
    """Return a table, columns that find no room below the others.

    Parameters
    ----------
    one
        What its rows and columns are called.
    cells
        What stands in them, in a few letters.
    """
    lines = [words.one_line(one.title, _WIDE)] if one.title else []
    for first in range(0, len(one.columns), _ACROSS):
        numbers = range(first, min(first + _ACROSS, len(one.columns)))
        heads = "".join(
            f" {words.one_line(one.columns[c], _CELL - 1):>{_CELL - 1}}" for c in numbers
        )
        lines.append(" " * _NAME + heads)
        lines += _grid_rows(one, cells, numbers)
    return "\n".join(lines) + "\n"


def _grid_rows(one: Grid, cells: Mapping[tuple[int, int], str], numbers: range) -> Iterator[str]:
    for r, label in enumerate(one.rows[:MOST_ROWS]):
        row = "".join(
            f" {words.one_line(cells.get((r, c), ''), _CELL - 1):>{_CELL - 1}}" for c in numbers
        )
        yield f"{words.one_line(label, _NAME):<{_NAME}}{row}"
    if (left := len(one.rows) - MOST_ROWS) > 0:
        yield f"and {words.count(left, 'row')} more on the page"
