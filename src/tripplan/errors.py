"""Every way a trip can fail to become a plan.

::

    TripplanError
      InvalidInputError (ValueError)   a value from outside is wrong        exit 2
      DataError                        a file or data set is wrong          exit 2
      SourceError (OSError)            the outer world did not answer       exit 4
        OfflineError                   not in the cache, and asking is off
      NoPlanError                      a sound question, and the answer is no   exit 3
        OffNetworkError                no road near the place
        DisconnectedError              no road between the places at all
          IllegalRoadError             none that the law lets a low-speed vehicle use
        OutOfRangeError                the battery cannot bridge a gap
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar


class TripplanError(Exception):
    """Base of all errors that tripplan raises on purpose."""

    exit_code: ClassVar[int] = 1


class InvalidInputError(TripplanError, ValueError):
    """A value from outside is wrong; the message names every fault.

    Parameters
    ----------
    message
        What is wrong, where, and what would help.
    field
        Name of the (first) faulty field.
    value
        The faulty value as it was given.
    expected
        What would have been accepted.
    """

    exit_code = 2

    def __init__(
        self, message: str, *, field: str = "", value: object = None, expected: str = ""
    ) -> None:
        super().__init__(message)
        self.field = field
        self.value = value
        self.expected = expected


class DataError(TripplanError):
    """A file or data set cannot be used.

    Parameters
    ----------
    message
        What is wrong and what would help.
    path
        The file, or a name of the data set.
    faults
        Each fault found, in order.
    """

    exit_code = 2

    def __init__(self, message: str, *, path: str = "", faults: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.path = path
        self.faults = tuple(faults)


class SourceError(TripplanError, OSError):
    """An outside source did not answer, or answered nonsense."""

    exit_code = 4


class OfflineError(SourceError):
    """The thing asked for is not in the cache, and asking outside is switched off."""


class NoPlanError(TripplanError):
    """The question is sound and its answer is that there is no such trip.

    Parameters
    ----------
    message
        Why, and what would help.
    ways_out
        Changes of wishes, new values by their words, each of which was tried and makes the trip
        possible; empty: none is known.
    """

    exit_code = 3

    def __init__(self, message: str, *, ways_out: Sequence[Mapping[str, object]] = ()) -> None:
        super().__init__(message)
        self.ways_out = tuple(ways_out)


class SearchLimitError(NoPlanError):
    """The search ended at a limit of the settings without a plan: there may be one all the same.

    Parameters
    ----------
    message
        At which limit, and what would help.
    setting
        The field of `Settings` that holds the limit.
    """

    def __init__(self, message: str, setting: str = "") -> None:
        super().__init__(message)
        self.setting = setting


class OffNetworkError(NoPlanError):
    """No road that the car may use lies near a place.

    Parameters
    ----------
    message
        Which place, how far the nearest road is, and what would help.
    distance_km
        Distance to the nearest usable road node.
    """

    def __init__(self, message: str, *, distance_km: float) -> None:
        super().__init__(message)
        self.distance_km = distance_km


class DisconnectedError(NoPlanError):
    """No road that the car may use joins the two places."""


class IllegalRoadError(DisconnectedError):
    """No road that the law lets a low-speed vehicle use joins the two places.

    Parameters
    ----------
    message
        The law, where it cuts the way, and the least that would not be legal.
    law
        Code of the law.
    cut_lat, cut_lon
        Where the route with the least illegal metres first leaves the law, degrees.
    illegal_m
        Its metres along roads that the law does not allow.
    crossings
        How many faster roads it crosses that may not be crossed.
    roads
        Names of the longest of the roads that are not allowed.
    """

    def __init__(
        self,
        message: str,
        *,
        law: str,
        cut_lat: float,
        cut_lon: float,
        illegal_m: float,
        crossings: int,
        roads: Sequence[str],
    ) -> None:
        super().__init__(message)
        self.law = law
        self.cut_lat = cut_lat
        self.cut_lon = cut_lon
        self.illegal_m = illegal_m
        self.crossings = crossings
        self.roads = tuple(roads)


class OutOfRangeError(NoPlanError):
    """The battery cannot bridge a gap on the way.

    Parameters
    ----------
    message
        The reason in words.
    shortfall_kwh
        Least extra energy that the battery would have to give, at the start and after each
        charge, for the trip to work; infinite if sixteen times the battery is not enough.
    furthest
        Name of the reachable place that is closest to the destination.
    furthest_lat, furthest_lon
        Its position, degrees.
    remaining_km
        Driving distance from there to the destination.
    ways_out
        As in `NoPlanError`.
    """

    def __init__(
        self,
        message: str,
        *,
        shortfall_kwh: float,
        furthest: str,
        furthest_lat: float,
        furthest_lon: float,
        remaining_km: float,
        ways_out: Sequence[Mapping[str, object]] = (),
    ) -> None:
        super().__init__(message, ways_out=ways_out)
        self.shortfall_kwh = shortfall_kwh
        self.furthest = furthest
        self.furthest_lat = furthest_lat
        self.furthest_lon = furthest_lon
        self.remaining_km = remaining_km
