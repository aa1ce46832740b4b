"""The study of a second car: its file can be planned, and its page says what comes of it."""

import re

import pytest

from tripplan.study import Study, open_study, plan_study, read_study
from tripplan.study.cross import rows
from validation.sections_study import STUDY, STUDY_PAGE, cell


@pytest.fixture(scope="module", name="page")
def fixture_page() -> dict[tuple[str, str, str], str]:
    """Cells of the page by trip, car and season."""
    found: dict[tuple[str, str, str], str] = {}
    for section in STUDY_PAGE.read_text(encoding="utf-8").split("\n### ")[1:]:
        lines = re.findall(r"^\| (.*) \|$", section, re.MULTILINE)
        heads, *cars = [line.split(" | ") for line in lines]
        for car in cars:
            if len(car) == len(heads):
                found |= {
                    (section.splitlines()[0], car[0], season): text
                    for season, text in zip(heads[1:], car[1:], strict=True)
                }
    return found


@pytest.fixture(scope="module", name="study")
def fixture_study() -> Study:
    return read_study(STUDY)


def test_the_study_can_be_planned(study: Study) -> None:
    assert open_study(STUDY).size == 200
    assert len(study.seasons) == 5


def test_the_page_has_a_cell_for_every_plan(
    study: Study, page: dict[tuple[str, str, str], str]
) -> None:
    asked = {
        (str(c["trip"]), f"{c['vehicle_name']}, SoH {c['soh']:.0%}", str(c["season"]))
        for c in (row.coordinates for row in rows(study))
    }
    assert asked == set(page)


@pytest.mark.parametrize(
    ("trip", "car", "seasons"),
    [
        ("Airport and back", "LEAF 30", (1, 4)),
        ("Office and shopping", "Low-speed vehicle (NEV)", (1,)),
        ("Over the mountains to Grand Junction", "Nissan Sakura", (3,)),
    ],
)
def test_cells_of_the_page_are_what_a_plan_says(
    study: Study, page: dict[tuple[str, str, str], str], trip: str, car: str, seasons: tuple[int]
) -> None:
    part = study.model_copy(
        update={
            "trips": tuple(one for one in study.trips if one.name == trip),
            "vehicles": tuple(one for one in study.vehicles if one.name == car),
            "seasons": tuple(study.seasons[k] for k in seasons),
        }
    )
    found = list(plan_study(part))
    assert len(found) == len(seasons)
    for row, outcome in found:
        label = f"{car}, SoH {row.coordinates['soh']:.0%}"
        assert cell(outcome) == page[trip, label, str(row.coordinates["season"])]
