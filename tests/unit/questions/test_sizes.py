"""Which cars are tried for the smallest that does a trip."""

import tripplan
from tripplan.records.catalogue import entries
from tripplan.records.vehicle import catalogue

SHORT = ("Littleton, CO", "Denver, CO")


def test_all_means_every_car_of_the_catalogue() -> None:
    found = tripplan.smallest(*SHORT, vehicles="all", count=2)
    assert len(found.candidates) + found.left == len(entries())
    kwh = sorted(entry.usable_kwh for entry in entries())
    assert [one.usable_kwh for one in found.candidates] == kwh[: len(found.candidates)]
    assert f"of {len(entries())} cars" in found.sentence


def test_without_a_word_those_written_by_hand_are_tried() -> None:
    found = tripplan.smallest(*SHORT, count=1)
    assert len(found.candidates) + found.left == len(catalogue())
