"""Student's t with four degrees of freedom, against scipy."""

import math

import pytest
from scipy.stats import t as student

from tripplan.physics.spread import QUANTILE_90, probability, quantile


@pytest.mark.parametrize("value", [-8.0, -1.5, -0.1, 0.0, 0.4, 1.0, 2.0, 7.0, 40.0])
def test_probability_is_that_of_scipy(value: float) -> None:
    assert probability(value) == pytest.approx(float(student.cdf(value, 4)), abs=1e-12)


@pytest.mark.parametrize("p", [0.001, 0.1, 0.3, 0.5, 0.7, 0.9, 0.95, 0.999])
def test_quantile_is_that_of_scipy(p: float) -> None:
    assert quantile(p) == pytest.approx(float(student.ppf(p, 4)), abs=1e-7)


def test_the_constant_and_the_ends() -> None:
    assert pytest.approx(float(student.ppf(0.9, 4)), abs=5e-5) == QUANTILE_90
    assert (probability(math.inf), probability(-math.inf)) == (1.0, 0.0)
