"""Student's t with four degrees of freedom, against scipy."""

import math

import numpy as np
import pytest
from scipy.stats import norm
from scipy.stats import t as student

from tripplan.physics.spread import QUANTILE_90, probability, quantile, scale_of


@pytest.mark.parametrize("value", [-8.0, -1.5, -0.1, 0.0, 0.4, 1.0, 2.0, 7.0, 40.0])
def test_probability_is_that_of_scipy(value: float) -> None:
    assert probability(value) == pytest.approx(float(student.cdf(value, 4)), abs=1e-12)


@pytest.mark.parametrize("p", [0.001, 0.1, 0.3, 0.5, 0.7, 0.9, 0.95, 0.999])
def test_quantile_is_that_of_scipy(p: float) -> None:
    assert quantile(p) == pytest.approx(float(student.ppf(p, 4)), abs=1e-7)


def test_the_constant_and_the_ends() -> None:
    assert pytest.approx(float(student.ppf(0.9, 4)), abs=5e-5) == QUANTILE_90
    assert (probability(math.inf), probability(-math.inf)) == (1.0, 0.0)


def test_eight_in_ten_lie_within_the_band_of_a_car_without_estimates() -> None:
    assert student.cdf(0.17 / scale_of(0.17), 4) == pytest.approx(0.9, abs=1e-5)


@pytest.mark.parametrize("own", [0.03, 0.08, 0.11, 0.2])
def test_independent_errors_drawn_together_have_the_joint_band(own: float) -> None:
    """The second error is drawn from a normal distribution: its form hardly matters."""
    rng = np.random.default_rng(1)
    of_all = student.rvs(4, size=400_000, random_state=rng) * scale_of(0.1)
    of_car = rng.normal(scale=own / norm.ppf(0.9), size=of_all.size)
    band = np.quantile(of_all + of_car, 0.9)
    assert QUANTILE_90 * scale_of(0.1, own) == pytest.approx(band, rel=0.04)
