"""Studies: the cross product of trips, cars, ages, seasons and wishes, planned and shown."""

from tripplan.study.cross import StudyRow
from tripplan.study.file import read_study
from tripplan.study.question import Study, StudySeason, StudyTrip, StudyVehicle
from tripplan.study.run import open_study, plan_study, run_study

__all__ = [
    "Study",
    "StudyRow",
    "StudySeason",
    "StudyTrip",
    "StudyVehicle",
    "open_study",
    "plan_study",
    "read_study",
    "run_study",
]
