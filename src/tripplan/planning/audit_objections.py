"""What the audit objects to, in sentences; a number that is none is always objected to."""

from collections.abc import Iterable
from dataclasses import dataclass, field


def differ(one: float, other: float, allowed: float) -> bool:
    """Tell whether two numbers are further apart than is allowed, or are no numbers."""
    return not abs(one - other) <= allowed


@dataclass
class Objections:
    """A growing list of sentences."""

    sentences: list[str] = field(default_factory=list)

    def say(self, words: str) -> None:
        """Object."""
        self.sentences.append(words)

    def when(self, wrong: bool, words: str) -> None:
        """Object if something is wrong."""
        if wrong:
            self.sentences.append(words)

    def compare(
        self, where: str, unit: str, figures: Iterable[tuple[str, float, float, float]]
    ) -> None:
        """Object to figures that are not what they should be.

        Parameters
        ----------
        where, unit
            Of what they are, and in what.
        figures
            Name, what is stated, what it should be, and how far off that may be, of each.
        """
        for name, stated, right, allowed in figures:
            if differ(stated, right, allowed):
                self.say(
                    f"{where}: {name} is stated as {stated:.6g} {unit}, but comes to {right:.6g}"
                )
