"""Many trips: rows in, outcomes out, in order; on this machine's cores or those of a cluster."""

from tripplan.batch.many import Running, plan_each, plan_many
from tripplan.batch.outcome import SUMMARY_FIELDS, Outcome
from tripplan.batch.trips import read_trips
from tripplan.batch.worker import asked

__all__ = ["SUMMARY_FIELDS", "Outcome", "Running", "asked", "plan_each", "plan_many", "read_trips"]
