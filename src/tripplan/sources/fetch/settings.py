"""How things are fetched: addresses, keys, patience, the cache; one frozen record, passed down."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, SecretStr

from tripplan.records.base import Record

Address = Annotated[str, Field(pattern=r"^https?://[^\s/@?#]+[^\s@?#]*$", max_length=300)]
"""Base address of a service, without a name, a password or a query in it."""

VARIABLES: Final = {
    "TRIPPLAN_OVERPASS_URL": "overpass_url",
    "TRIPPLAN_NOMINATIM_URL": "nominatim_url",
    "TRIPPLAN_AFDC_URL": "afdc_url",
    "TRIPPLAN_OPENCHARGEMAP_URL": "openchargemap_url",
    "TRIPPLAN_AFDC_KEY": "afdc_key",
    "TRIPPLAN_OPENCHARGEMAP_KEY": "openchargemap_key",
    "TRIPPLAN_CONTACT": "contact",
}
"""Environment variables that `FetchSettings.from_environment` reads, and the fields they set."""


class FetchSettings(Record):
    """How to ask the services on the network, and where their answers are kept."""

    cache: Path = Path("cache/fetched")
    """Folder of the answers."""
    offline: bool = False
    """Whether only the cache is used; nothing is asked, no socket is opened."""
    max_age_days: Annotated[float, Field(ge=0)] | None = None
    """Age beyond which an answer in the cache is asked for again, days; None: never.  Offline
    any age will do."""
    overpass_url: Address = "https://overpass-api.de/api"
    """Overpass API; ``/interpreter`` is added."""
    nominatim_url: Address = "https://nominatim.openstreetmap.org"
    """Nominatim; ``/search`` is added."""
    afdc_url: Address = "https://developer.nlr.gov/api/alt-fuel-stations"
    """AFDC; ``/v1.json`` and ``/v1/nearest.json`` are added."""
    openchargemap_url: Address = "https://api.openchargemap.io/v3"
    """Open Charge Map; ``/poi`` is added."""
    afdc_key: SecretStr | None = None
    """The user's key for AFDC."""
    openchargemap_key: SecretStr | None = None
    """The user's key for Open Charge Map."""
    contact: Annotated[str, Field(pattern=r"^[ -~]*$", max_length=120)] = ""
    """Mail address or page added to the user agent; operators of public services ask for one."""
    tries: Annotated[int, Field(ge=1, le=20)] = 6
    """How often a question is asked before it is given up."""
    backoff_s: Annotated[float, Field(ge=0, le=600)] = 5.0
    """Pause after the first failure, seconds; it doubles after each further one."""
    patience_s: Annotated[float, Field(ge=0, le=86_400)] = 300.0
    """Longest single pause, seconds; a service that asks for a longer one is given up."""
    connect_timeout_s: Annotated[float, Field(gt=0, le=600)] = 10.0
    """Longest wait for a connection, seconds."""
    read_timeout_s: Annotated[float, Field(gt=0, le=3600)] = 200.0
    """Longest silence of a service, seconds; Overpass may think for its 180 s first."""
    answer_timeout_s: Annotated[float, Field(gt=0, le=7200)] = 900.0
    """Longest time that one answer may take to arrive whole, seconds."""
    answer_limit_mb: Annotated[float, Field(gt=0, le=10_000)] = 1000.0
    """Largest answer that is taken, 10^6 bytes."""
    interval_s: Annotated[float, Field(ge=0, le=600)] = 1.1
    """Least time between two questions to one host, seconds; Nominatim allows one a second."""
    detail_tile_km2: Annotated[float, Field(gt=0, le=100_000)] = 2500.0
    """Largest area asked for at once with all its roads, km2 (that of OSMnx)."""
    main_tile_deg: Annotated[float, Field(gt=0, le=10)] = 1.0
    """Side of the squares asked for at once with their main roads only, degrees."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str], **changes: object) -> "FetchSettings":
        """Read addresses and keys from the variables of `VARIABLES`; ``changes`` go first.

        Raises
        ------
        InvalidInputError
            A value cannot be used.
        """
        found = {
            field: environment[name] for name, field in VARIABLES.items() if environment.get(name)
        }
        return cls.parse({**found, **changes}, where="settings for fetching")
