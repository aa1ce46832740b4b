"""Charging curves and temperature limits: what is a table, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tripplan.records.vehicle import ChargingCurve, TemperatureLimit

INNER = st.lists(st.floats(0.001, 0.999), max_size=8, unique=True).map(sorted)
POWERS = st.lists(st.floats(0.1, 2000), min_size=10, max_size=10)


@given(inner=INNER, powers=POWERS)
def test_rising_soc_from_0_to_1_makes_a_curve(inner: list[float], powers: list[float]) -> None:
    socs = [0.0, *inner, 1.0]
    points = tuple(zip(socs, powers, strict=False))
    assert ChargingCurve(points=points).max_kw == max(kw for _, kw in points)


@given(inner=INNER, powers=POWERS, at=st.integers(0, 8), data=st.data())
def test_any_repeated_or_swapped_soc_is_refused(
    inner: list[float], powers: list[float], at: int, data: st.DataObject
) -> None:
    points = list(zip([0.0, *inner, 1.0], powers, strict=False))
    at = min(at, len(points) - 2)
    faulty = data.draw(
        st.sampled_from(
            [
                [*points[: at + 1], *points[at:]],
                [*points[:at], points[at + 1], points[at], *points[at + 2 :]],
            ]
        )
    )
    with pytest.raises(ValidationError):
        ChargingCurve(points=tuple(faulty))


@given(
    inner=INNER,
    powers=POWERS,
    bad=st.one_of(st.floats(max_value=0.0999), st.floats(min_value=2000.1), st.just(float("nan"))),
)
def test_any_power_out_of_bounds_is_refused(
    inner: list[float], powers: list[float], bad: float
) -> None:
    points = [*zip([0.0, *inner], powers, strict=False), (1.0, bad)]
    with pytest.raises(ValidationError):
        ChargingCurve(points=tuple(points))


@given(st.lists(st.tuples(st.floats(-60, 90), st.floats(0, 2000)), max_size=6))
def test_a_temperature_limit_needs_rising_temperatures(points: list[tuple[float, float]]) -> None:
    temperatures = [c for c, _ in points]
    if points and temperatures == sorted(set(temperatures)):
        assert TemperatureLimit(points=tuple(points)).assumed
    else:
        with pytest.raises(ValidationError):
            TemperatureLimit(points=tuple(points))
