"""Numbers of roads in the address of a site: "172 US-12" -> "US 12", "I-70 Exit 147" -> "I-70".

Only addresses and directions are read: names of sites hold numbers of devices that look alike.
"""

import re
from typing import Final

_KINDS: Final = {
    "interstate": "I",
    "i": "I",
    "us": "US",
    "us hwy": "US",
    "us highway": "US",
    "us route": "US",
    "highway": "Highway",
    "hwy": "Highway",
    "state route": "SR",
    "state road": "SR",
    "sr": "SR",
}
"""How kinds of road are written in the United States, and how they are told."""
_WORDS: Final = "|".join(sorted(_KINDS, key=len, reverse=True))
_ROAD: Final = re.compile(
    rf"(?<![\w-])(?P<old>(?i:old)\s+)?(?:(?P<kind>(?i:{_WORDS}))[ -]+|(?P<state>[A-Z]{{2}})-)"
    r"(?P<number>\d{1,3})(?P<branch>\s+(?i:alt|bus)\b)?(?![\w-])"
)
"""With the code of a state only as "WA-970", hyphen and all."""


def road_ref(*texts: object) -> str:
    """Return the first numbered road that is named in some texts; empty: none is.

    An old road or a branch is another one than that of its number, and is passed over.

    Parameters
    ----------
    *texts
        Street address, directions; what is no text says nothing.
    """
    for text in texts:
        for match in _ROAD.finditer(text.replace(".", "") if isinstance(text, str) else ""):
            if match["old"] or match["branch"]:
                continue
            kind = match["state"] or _KINDS[" ".join(match["kind"].casefold().split())]
            return f"I-{match['number']}" if kind == "I" else f"{kind} {match['number']}"
    return ""
