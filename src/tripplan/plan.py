"""Temporary alias while files move; goes away."""
from tripplan.answer import *  # noqa
from tripplan.answer import SCHEMA_VERSION, Plan, Leg, ChargingStop, Trace, EnergyLedger, PowerSample, Certificate, Audit, LimitedBy  # noqa
