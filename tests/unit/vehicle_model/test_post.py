"""Power at a post by volts and amperes, worked out by hand."""

import pytest

from tripplan import catalogue
from tripplan.records.charger import Connector
from tripplan.vehicle_model.post import post_kw


def plug(power_kw: float, volts: float | None = None, amperes: float | None = None) -> Connector:
    return Connector("CCS1", power_kw, max_voltage_v=volts, max_current_a=amperes)


@pytest.mark.parametrize(
    ("car", "post", "expected_kw"),
    [
        ("nissan-leaf-40", plug(50.0), 50.0),
        ("nissan-leaf-40", plug(62.5, 500.0, 125.0), 43.75),  # 350 V x 125 A
        ("nissan-leaf-40", plug(150.0, 920.0, 500.0), 150.0),  # 350 V x 500 A is 175 kW
        ("hyundai-ioniq-5-rwd", plug(250.0, 500.0), 126.0),  # as its file has it
        ("hyundai-ioniq-5-rwd", plug(50.0, 500.0, 125.0), 50.0),  # 500 V x 125 A is 62.5 kW
        ("hyundai-ioniq-5-rwd", plug(250.0, 500.0, 200.0), 100.0),  # 500 V x 200 A
        ("hyundai-ioniq-5-rwd", plug(350.0, 920.0, 500.0), 348.5),  # 697 V x 500 A
        ("hyundai-ioniq-5-rwd", plug(350.0), 350.0),
        ("tesla-model-3-lr", plug(250.0, 500.0), 250.0),
    ],
)
def test_what_a_post_gives(car: str, post: Connector, expected_kw: float) -> None:
    assert post_kw(post, catalogue()[car].battery) == pytest.approx(expected_kw)


def test_a_car_of_high_voltage_that_states_no_power_below_it() -> None:
    battery = catalogue()["kia-ev6-rwd"].battery.model_copy(update={"low_voltage_kw": None})
    assert post_kw(plug(250.0, 500.0), battery) == 50.0
