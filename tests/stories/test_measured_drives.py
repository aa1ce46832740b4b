"""How far is the model from a real car?  The errors that the page Validation states, as limits."""

from collections.abc import Sequence

import numpy as np
import pytest

from tests.stories.shared_data import shared
from tripplan.physics.bands import BANDS
from tripplan.records.vehicle import find_vehicle
from validation import drives, fit_i3


@pytest.fixture(scope="module")
def measured() -> list[drives.Drive]:
    return drives.read(shared(drives.NAME))


def mean_absolute(errors: Sequence[float]) -> float:
    return float(np.abs(errors).mean())


def test_energy_and_heating_of_all_trips(measured: list[drives.Drive]) -> None:
    """8 % of the energy of a trip, in summer and in winter; 20 % of the heating in winter."""
    assert len(measured) == 40
    rows = drives.compare(find_vehicle(fit_i3.CAR), measured)
    for winter in (False, True):
        assert mean_absolute([row.error for row in rows if row.drive.winter == winter]) < 0.08
    assert mean_absolute([row.heating_error for row in rows if row.drive.winter]) < 0.20


def test_trips_that_were_not_fitted_to(measured: list[drives.Drive]) -> None:
    used, rest = fit_i3.halves(measured)
    rows = drives.compare(fit_i3.fit_all(find_vehicle(fit_i3.CAR), used), rest)
    assert mean_absolute([row.error for row in rows]) < 0.08
    assert mean_absolute([row.heating_error for row in rows if row.drive.winter]) < 0.22


def test_bands_hold_trips_that_did_not_set_them(measured: list[drives.Drive]) -> None:
    """P10 to P90 hold 80 %, within 8 points; the band of plans holds trips left out of the fits."""
    left_out, _ = fit_i3.cross_validate(find_vehicle(fit_i3.CAR), measured)
    ratios = 1.0 / (1.0 + left_out)
    assert fit_i3.held_by_bands(ratios) == pytest.approx(0.80, abs=0.08)
    inside = np.abs(ratios - 1.0) <= BANDS["driven, town"].share
    assert inside.mean() == pytest.approx(0.80, abs=0.08)


def test_ten_drives_improve_the_other_thirty(measured: list[drives.Drive]) -> None:
    errors = fit_i3.calibrated_errors(fit_i3.stranger(), measured, draws=4)
    assert all(after < before for before, after in errors)
    before, after = np.mean(errors, axis=0)
    assert after < 0.6 * before
    assert after < 0.10


def test_roads_at_mean_speeds_take_what_the_seconds_take(measured: list[drives.Drive]) -> None:
    warm = find_vehicle(fit_i3.CAR).model_copy(update={"rolling_start_factor": 1.0})
    errors = [fit_i3.road_error(warm, drive.log, stop_and_go=True) for drive in measured]
    assert abs(float(np.mean(errors))) < 0.04
    assert mean_absolute(errors) < 0.10


def test_gaps_of_the_log_are_found(measured: list[drives.Drive]) -> None:
    """Trip B02 is interpolated from second 40 to 197; heater readings of 30 kW stand there."""
    bridged = {drive.log.name: int((~drive.log.valid).sum()) for drive in measured}
    assert bridged["B02"] == pytest.approx(157, abs=3)
    assert sum(count > 5 for count in bridged.values()) == 3
