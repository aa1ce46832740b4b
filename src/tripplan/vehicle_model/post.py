"""What a post gives a car: its power, and its volts and amperes at the voltage of the pack."""

from typing import Final

from tripplan.records.charger import Connector
from tripplan.records.vehicle import Battery
from tripplan.units import W_PER_KW

LOW_VOLTAGE_KW: Final = 50.0
"""Power at a post below the pack's voltage, of cars that state none, kW: what an on-board converter
for such posts gives (an assumption)."""


def post_kw(plug: Connector, battery: Battery) -> float:
    """Return the most that a plug gives a pack, kW.

    A pack charges at about its nominal voltage (an assumption: it is some percent less when empty,
    and more when full).  A post that gives no such voltage charges it over a converter of the car.

    Parameters
    ----------
    plug
        The plug, of known power.
    battery
        The pack.

    Raises
    ------
    DataError
        The power of the plug is not known.
    """
    power_kw = plug.rated_kw
    pack_v, most_v = battery.nominal_voltage_v, plug.max_voltage_v
    voltage_v = pack_v
    if most_v is not None and most_v < pack_v:
        power_kw = min(power_kw, battery.low_voltage_kw or LOW_VOLTAGE_KW)
        voltage_v = most_v
    if plug.max_current_a is not None:
        power_kw = min(power_kw, voltage_v * plug.max_current_a / W_PER_KW)
    return power_kw
