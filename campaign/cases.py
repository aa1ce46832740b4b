"""A case: a question with all that it takes to ask it again, as JSON."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

from campaign.ground import Ground
from tripplan.errors import DataError
from tripplan.records.settings import Settings
from tripplan.records.trip import Trip
from tripplan.records.vehicle import Vehicle, find_vehicle

PLAN = "plan"
"""Name of the check that looks at one plan by itself."""


class Finding(NamedTuple):
    """Something that does not hold."""

    kind: str
    """What kind of thing, in few words; findings of one kind are counted together."""
    told: str
    """What it is here, with numbers."""


@dataclass(frozen=True)
class Case:
    """A question, and which check it is put to."""

    ground: Ground
    """Where."""
    vehicle: str
    """Id in the catalogue, or the path of a TOML file."""
    trip: dict[str, Any]
    """Fields of `Trip` as JSON has them."""
    soh: float | None = None
    """State of health; None: new."""
    heat: bool = True
    """Whether pack temperature limits the charging power."""
    exact: bool = False
    """Whether the gap is to be closed."""
    check: str = PLAN
    """`PLAN`, or the name of a law or of a way to try a refusal again."""
    luck: float = 0.5
    """What the check chooses by, 0 to 1."""
    kind: str = ""
    """Kind of the finding that the case shows; empty: none is known."""
    told: str = field(default="", compare=False)
    """The finding in words."""

    @property
    def settings(self) -> Settings:
        """How the planner searches."""
        return Settings(heat=self.heat, exact=self.exact)

    @property
    def car(self) -> Vehicle:
        """The car at its age."""
        car = find_vehicle(self.vehicle)
        return car if self.soh is None else car.aged(self.soh)

    @property
    def key(self) -> str:
        """The question as text: cases with equal keys have equal answers."""
        return json.dumps([asdict(self.ground), *self._asked()], sort_keys=True)

    def _asked(self) -> list[Any]:
        return [self.vehicle, self.trip, self.soh, self.heat, self.exact]

    def question(self) -> Trip:
        """Return the trip.

        Raises
        ------
        InvalidInputError
            Its fields do not go together.
        """
        return Trip.parse(self.trip, where="case")

    def wish(self, **changes: Any) -> "Case":  # noqa: ANN401 - fields of the trip
        """Return the case with other fields of its trip; one that is None goes to its default."""
        trip = {**self.trip, **changes}
        return replace(self, trip={k: v for k, v in trip.items() if v is not None})

    def inside(self, part: str, **changes: Any) -> "Case":  # noqa: ANN401 - fields of the part
        """Return the case with other fields of a record in its trip.

        Parameters
        ----------
        part
            ``conditions``, ``chargers`` or ``prices``.
        **changes
            As for `wish`.
        """
        fields = {**self.trip.get(part, {}), **changes}
        kept = {k: v for k, v in fields.items() if v is not None}
        return self.wish(**{part: kept or None})

    def to_json(self) -> str:
        """Write the case."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False)

    def snippet(self) -> str:
        """Write the question as lines of Python."""
        return "\n".join(_lines(self))

    @classmethod
    def from_json(cls, text: str) -> "Case":
        """Read a case.

        Raises
        ------
        DataError
            The text is no case.
        """
        try:
            data = json.loads(text)
            return cls(**{**data, "ground": Ground.from_json(data["ground"])})
        except (ValueError, TypeError, KeyError) as error:
            raise DataError(f"this is no case of a campaign: {error}") from error

    @classmethod
    def load(cls, path: Path) -> "Case":
        """Read a case from a file; errors as in `from_json`, and OSError."""
        return cls.from_json(path.read_text(encoding="utf-8"))


def _lines(case: Case) -> Iterator[str]:
    yield "from campaign.cases import Case"
    yield "from campaign.check import findings"
    yield f'case = Case.from_json(r"""{json.dumps(asdict(case), ensure_ascii=False)}""")'
    yield "print(findings(case))"


def at(lat: float, lon: float) -> dict[str, float]:
    """Return a place as JSON has it, from degrees."""
    return {"lat": float(lat), "lon": float(lon)}
