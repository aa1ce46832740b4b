"""Outcomes of a study as heat maps: cars down, weather across, one for each trip and option."""

from collections.abc import Callable, Mapping
from typing import Final

from tripplan.batch import Outcome
from tripplan.output.page.heat_map import HeatCell, HeatMap
from tripplan.output.text import words
from tripplan.study import cross
from tripplan.study.cross import Cell, StudyRow
from tripplan.study.question import Study
from tripplan.units import S_PER_H

MOST_CELLS: Final = 20_000
"""So many trips are on the page: one of more is slow to open."""
_DOWN = ("vehicle_name", "soh")
_TELL: Final[Mapping[str, Callable[[float], str]]] = {
    "ambient_c": words.exact_temperature,
    "wind_mps": words.wind,
    "max_speed_kmh": words.speed,
    "payload_kg": lambda kg: f"{kg:g} kg",
}
"""How values of wishes are told, where they have units."""
_NOUNS: Final = {"ambient_c": "air temperature"}
_SHARES = {"soh", "slow_down_to", "arrive_with_probability"}


class Tables:
    """Puts outcomes into heat maps as they come.

    Parameters
    ----------
    study
        The study.
    """

    def __init__(self, study: Study) -> None:
        every = cross.columns(study)
        weather = ["season"] if study.seasons else []
        weather += [name for name in study.vary if name == "ambient_c"]
        self._across = tuple(weather or list(study.vary)[-1:])
        self._apart = tuple(name for name in every if name not in {*_DOWN, *self._across, "season"})
        self._ages = len({soh for car in study.vehicles for soh in car.soh} | set(study.soh)) > 0
        self._maps: dict[tuple[str, ...], _Growing] = {}
        self._size = cross.row_count(study)
        self._count = 0

    def add(self, row: StudyRow, outcome: Outcome) -> None:
        """Put one outcome where it belongs."""
        self._count += 1
        if self._count > MOST_CELLS:
            return
        told = row.coordinates
        title = tuple(filter(None, (_label(name, told[name]) for name in self._apart)))
        down = str(told["vehicle_name"])
        if self._ages:
            down += f", SoH {_value('soh', told['soh'])}"
        across = ", ".join(_value(name, told[name]) for name in self._across)
        self._maps.setdefault(title, _Growing()).put(down, across, _cell(outcome))

    @property
    def panels(self) -> list[HeatMap]:
        """The heat maps, in the order of the study."""
        across = " and ".join(_NOUNS.get(name, name) for name in self._across).replace("_", " ")
        return [
            HeatMap(", ".join(title), across, list(one.rows), list(one.columns), one.cells)
            for title, one in self._maps.items()
        ]

    @property
    def beyond(self) -> str:
        """What is not shown, in words; empty if all is."""
        if self._size <= MOST_CELLS:
            return ""
        return f"The heat maps show the first {MOST_CELLS}; results.csv has all {self._size}."


class _Growing:
    """A heat map whose rows and columns are numbered as they come."""

    def __init__(self) -> None:
        self.rows: dict[str, int] = {}
        self.columns: dict[str, int] = {}
        self.cells: dict[tuple[int, int], HeatCell] = {}

    def put(self, down: str, across: str, cell: HeatCell) -> None:
        """Add a cell."""
        row = self.rows.setdefault(down, len(self.rows))
        column = self.columns.setdefault(across, len(self.columns))
        self.cells[row, column] = cell


def _label(name: str, value: Cell) -> str:
    if name == "trip":
        return str(value)
    return f"{_NOUNS.get(name, name).replace('_', ' ')} {_value(name, value)}"


def _value(name: str, value: Cell) -> str:
    if isinstance(value, bool | str):
        return str(value)
    if name in _SHARES or name.endswith("_soc"):
        return words.percent(value)
    return _TELL[name](value) if name in _TELL else f"{value:g}"


def _cell(outcome: Outcome) -> HeatCell:
    if outcome.status != "ok":
        return HeatCell(None, _missing(outcome), outcome.reason)
    told = outcome.figures
    values = {
        "arrives": 1.0,
        "time": (float(told["total_h"]) - float(told["dwell_h"])) * S_PER_H,
    }
    for measure, name in _FIGURES.items():
        value = told.get(name, "")
        if value != "":
            values[measure] = float(value)
    return HeatCell(values, currency=str(told.get("currency", "")))


_FIGURES: Final = {
    "stops": "stops",
    "soc": "arrival_soc",
    "chance": "arrival_probability",
    "slack": "slack_kwh",
    "energy": "energy_spent_kwh",
    "cost": "cost",
    "gap": "gap",
}
"""Measures by the figures of an outcome; a journal of an earlier version lacks some."""


def _missing(outcome: Outcome) -> str:
    if outcome.status != "no plan":
        return outcome.status
    if "furthest" not in outcome.figures:
        return "no road"
    if outcome.shortfall_kwh is None:
        return "out of range"
    return f"{outcome.shortfall_kwh:.1f} kWh short"
