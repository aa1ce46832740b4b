"""Who may charge, by what people write about it."""

import re
from typing import Final

_SOME: Final = re.compile(
    r"\b(?:use|guests?|customers?|clients?|employees?|staff|residents?|tenants?|members?|patients?|"
    r"students?|faculty|visitors?|patrons?|vehicles?|cars|drivers?|owners?|fleet|center) only\b|"
    r"\bonly for\b|\bpermit required\b|\bno public access\b|\bnot (?:open to the )?public\b|"
    r"\bonly (?:guests|customers|members|employees|residents|staff)\b|"
    r"\bnur (?:f(?:\u00fc|ue)r )?(?:hotel)?"
    r"(?:kund|g(?:\u00e4|ae)st|mitarbeit|anwohn|bewohn|mitglied|miet)|"
    r"\br[e\u00e9]serv(?:\u00e9|\u00e9e|\u00e9s|ado|ato) (?:aux?|\u00e0|a|ai|agli) |"
    r"\bsolo (?:clientes|clienti|hu\u00e9spedes)\b"
)
"""Words, English and some German, French, Spanish and Italian, that keep some people out."""


def for_some_only(note: str) -> bool:
    """Tell whether a note on access keeps some people or cars out.

    Parameters
    ----------
    note
        What the source says, in its own words.
    """
    return _SOME.search(note.casefold()) is not None
