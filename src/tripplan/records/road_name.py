"""What roads are called: `RoadName`, of which a network keeps a table."""

from typing import NamedTuple


class RoadName(NamedTuple):
    """How signs and maps name a road; what is not known is empty."""

    ref: str = ""
    """Its numbers as one writes them, the foremost first: "I-70;US 6"."""
    name: str = ""
    """Its name: "Glenwood Canyon Road"."""
    exit: str = ""
    """Of a ramp that leaves a road: number of the exit, or its name where it has no number."""
    towards: str = ""
    """Of such a ramp: where the signs say that it leads to, or the name of the exit."""

    @property
    def number(self) -> str:
        """The foremost of its numbers; empty: it has none."""
        return self.ref.partition(";")[0]
