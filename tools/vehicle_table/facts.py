"""The file of facts, read: one `Subject` a car, and what was left out and why."""

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .families import OTHER_BODIES, REPLACED, family, is_induction

SOURCE_CODES = {
    "EPA-TC": "T",
    "FE": "F",
    "CP": "C",
    "KW": "K",
    "OED": "O",
    "EMO": "E",
    "FS2": "S",
    "RULE": "R",
}
"""Short codes of the table; press pages keep theirs."""
CYCLES = ("udds", "hwfet")


@dataclass
class Subject:
    """A car of the file, with what the builder finds out."""

    id: str
    make: str
    model: str
    years: tuple[int | None, int | None]
    market: str
    family: str
    induction: bool
    values: dict[str, Any]
    how: str
    line: dict[str, Any] = field(default_factory=dict)
    """What the table says of it."""

    def get(self, name: str) -> Any:  # noqa: ANN401 - numbers, words, lists
        """Return a value of the file, or None."""
        fact = self.values.get(name)
        return None if fact is None else fact["value"]

    def code(self, name: str) -> str:
        """Return the short code of a value's source."""
        source = self.values[name]["source"]
        return SOURCE_CODES.get(source, source)

    def has(self, *names: str) -> bool:
        """Tell whether all of these values are there."""
        return all(name in self.values for name in names)

    @property
    def has_load(self) -> bool:
        """Whether it has a road load of its own."""
        return self.has("a", "b", "c", "test_weight")

    @property
    def has_rating(self) -> bool:
        """Whether the energies of both cycles are known at the wall."""
        return self.has("udds_wall", "hwfet_wall")

    @property
    def text(self) -> str:
        """Make, model and variant."""
        return f"{self.make} {self.model}"


@dataclass
class Facts:
    """The file, read."""

    words: dict[str, Any]
    """The file as it is."""
    listed: list[Subject]
    """Cars that the table may list."""
    pool: list[Subject]
    """All cars of the file, those too for which a car by hand stands: to learn from."""
    replaced: dict[str, str]
    """Records that are not listed, and the car that stands for them."""
    left_out: Counter[str]
    """How many records are not listed, by reason."""


def read(path: Path) -> Facts:
    """Read a file of facts."""
    whole = json.loads(path.read_text(encoding="utf-8"))
    left_out: Counter[str] = Counter()
    subjects, pool, merged = [], [], dict(REPLACED)
    known = {record["id"] for record in whole["cars"]}
    if missing := set(REPLACED) - known:
        raise SystemExit(f"not in the file of facts: {sorted(missing)}")
    for record in whole["cars"]:
        subject = _subject(record)
        pool.append(subject)
        if record["id"] in REPLACED:
            left_out["a car by hand stands for it"] += 1
            continue
        if reason := _unfit(subject):
            left_out[reason] += 1
            continue
        subjects.append(subject)
    kept = _without_twins(subjects, merged)
    left_out["another record of the same car is listed"] += len(subjects) - len(kept)
    return Facts(whole, kept, pool, merged, left_out)


def _subject(record: dict[str, Any]) -> Subject:
    model = " ".join(part for part in (record["model"], record.get("variant")) if part)
    own = family(record["make"], model)
    motors = record["v"].get("motors", {}).get("value", "")
    return Subject(
        id=record["id"],
        make=record["make"],
        model=model,
        years=tuple(record["years"]),
        market=record["market"],
        family=own,
        induction=is_induction(own, motors),
        values=record["v"],
        how=record["join"]["how"],
    )


def _unfit(subject: Subject) -> str | None:
    """Return why a car cannot be listed, as far as its own record tells."""
    usable = subject.values.get("usable_kwh")
    only_doubtful = re.search(r"\+ EVDB$", subject.how) and usable and usable["source"] != "CP"
    if only_doubtful:
        return "its only second witness is a source whose licence is doubtful"
    if OTHER_BODIES.search(f"{subject.text} {subject.years[0]}"):
        return "no car of its generation has a published road load"
    if subject.years[0] is None:
        return "its years are not stated"
    if usable is None and not subject.has("wall_kwh_per_charge"):
        return "no usable energy is stated, and none follows from a full charge"
    return None


def _without_twins(subjects: list[Subject], merged: dict[str, str]) -> list[Subject]:
    """Keep one of the records that differ by AC power or spelling alone.

    It is that with the least usable energy, since some sources give the gross one; what the others
    say beside it is taken over.
    """
    best: dict[Any, Subject] = {}
    for subject in subjects:
        key = _twin_key(subject)
        other = best.setdefault(key, subject)
        if other is subject:
            continue
        kept, gone = sorted((other, subject), key=lambda s: s.get("usable_kwh") or 0.0)
        kept.values = {**gone.values, **kept.values}
        merged[gone.id] = kept.id
        best[key] = kept
    for record, stands in list(merged.items()):
        last = stands
        while last in merged:
            last = merged[last]
        merged[record] = last
    kept = {id(subject) for subject in best.values()}
    return [subject for subject in subjects if id(subject) in kept]


def _twin_key(subject: Subject) -> tuple[object, ...]:
    if subject.market == "US":
        return (subject.text.casefold(), subject.years, subject.get("usable_kwh"))
    words = re.sub(r"\d+([.,]\d+)? ?kw[ -](ac|dc)", " ", subject.text.casefold())
    words = re.sub(r"\b([qr]) (?=\d)", r"\1", words)
    words = re.sub(r"\b\d{2,3} kw\b|\belectric\b|\bperformance battery\b", " ", words)
    parts = tuple(sorted(set(re.findall(r"[\w+]+", words))))
    dc = subject.get("dc_max_kw") if "kW-DC" in subject.text else None
    return (parts, subject.market, subject.years[0], dc)
