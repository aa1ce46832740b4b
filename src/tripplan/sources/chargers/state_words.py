"""Words by which people and sources say whether a plug works, in thirteen languages; pure.

A text is a state if all of it is one: what stands for it, said of it or not ("nicht mehr defekt",
"ne fonctionne plus").  Texts that say more are not understood, and not guessed at.
"""

import re
from typing import Final, Literal
from unicodedata import normalize

State = Literal["in_service", "out_of_service", "planned", "removed"]

_IN_SERVICE: Final = """
    operational operative working works work functional functioning open available charging
    occupied reserved inservice inuse inoperation active ok fullyoperational ready preparing
    finishing online repaired fixed
    inbetrieb betriebsbereit funktioniert funktionsfaehig geht laeuft verfuegbar frei belegt
    repariert aktiv
    enservice ouvert ouverte fonctionne marche fonctionnel fonctionnelle disponible repare reparee
    inbedrijf werkt beschikbaar werkend ingebruik gerepareerd
    inservizio infunzione funziona funzionante attivo attiva disponibile riparato
    enservicio funciona funcionando operativo operativa reparado reparada
    emservico emfuncionamento funcionar disponivel operacional
    idrift ibruk virker fungerer tilgjengelig reparert tilgaengelig repareret
    fungerar funkar reparerad tillgaenglig oeppen
    dziala czynna czynne czynny sprawna sprawne sprawny naprawiona dostepna
    vprovozu funguje funkcni opravena opraveno dostupna
    稼働中 利用可能 使用可能 利用可 使用可
    復旧 復旧済 修理済 故障なし 故障していない 故障していません
"""
_OUT_OF_SERVICE: Final = """
    broken brokendown outoforder outofservice outofuse nonoperational notoperational notworking
    nonworking nonfunctional notfunctional dysfunctional defect defekt defective defectueux
    damaged faulty faulted fault closed temporarilyclosed inoperative inoperable inoperational
    unavailable notavailable temporarilyunavailable disabled disused suspended maintenance
    undermaintenance maintenancerequired needsmaintenance repair underrepair inrepair dead
    failed inactive vandalised vandalized blocked notinservice notinuse offline outage off
    switchedoff turnedoff down malfunction malfunctioning
    kaputt ausserbetrieb ausserbetreib stillgelegt abgeschaltet stoerung gestoert defekte
    beschaedigt zerstoert inwartung inreparatur ausgefallen gesperrt
    horsservice hs enpanne panne casse cassee defectueuse horsdusage endommage endommagee
    indisponible enmaintenance entravaux enreparation
    buitengebruik buitendienst buitenwerking buitenbedrijf kapot stuk storing instoring
    inonderhoud beschadigd
    fuoriservizio fuoriuso guasto guasta rotto rotta danneggiato danneggiata inmanutenzione
    nonfunzionante
    fueradeservicio fueradeuso averiado averiada roto rota estropeado estropeada danado danada
    inoperativo enmantenimiento enreparacion averia
    avariado avariada foradeservico foradeuso foradefuncionamento quebrado quebrada danificado
    danificada inoperante comdefeito emmanutencao avaria defeituoso
    ikkeidrift uteavdrift odelagt iustand udeafdrift istykker edelagt odelagd
    urfunktion trasig trasigt sonder soender urdrift avstaengd
    nieczynna nieczynne nieczynny niedziala zepsuta zepsute zepsuty uszkodzona uszkodzone
    uszkodzony awaria niesprawna niesprawne niesprawny wylaczona
    nefunguje mimoprovoz porucha porouchana porouchane porouchany nefunkcni rozbita rozbite
    rozbity poskozena vporuse vadna
    故障 故障中 使用不可 利用不可 使用できません 利用できません
    使用停止 利用停止 利用停止中 使用停止中
    休止 休止中 停止中 点検中 調整中 修理中
"""
_PLANNED: Final = """
    planned proposed construction underconstruction plannedforfuturedate comingsoon future
    notyetopen notopenyet notyetinservice permit commissioning building
    geplant imbau nochnichtinbetrieb nochnichtoffen enconstruction enprojet pasencoreenservice
    pasencoreouvert gepland inaanbouw nognietingebruik inprogetto incostruzione enconstruccion
    emconstrucao planlagt underopforelse planerad planowana wbudowie planovana vevystavbe
    計画中 準備中 建設中 工事中
"""
_REMOVED: Final = """
    removed decommissioned dismantled demolished abandoned gone permanentlyclosed
    closedpermanently closedperm razed duplicate
    abgebaut entfernt demonte demontee retire supprimee verwijderd rimosso rimossa retirado
    removido fjernet borttagen usunieta zlikwidowana odstranena zrusena
    撤去 撤去済 廃止
"""
"""English, German, French, Dutch, Italian, Spanish, Portuguese, Norwegian, Danish, Swedish, Polish,
Czech, Japanese."""
_WORDS: Final[dict[State, str]] = {
    "in_service": _IN_SERVICE,
    "out_of_service": _OUT_OF_SERVICE,
    "planned": _PLANNED,
    "removed": _REMOVED,
}
"""Without blanks, accents and punctuation; umlauts as ae, oe, ue."""
_NEGATIONS: Final = frozenset(
    (
        "not",
        "no",
        "nicht",
        "nichts",
        "kein",
        "keine",
        "ne",
        "n",
        "pas",
        "plus",
        "niet",
        "geen",
        "non",
        "nao",
        "ikke",
        "inte",
        "ej",
        "nie",
        "neni",
        "isn",
        "doesn",
        "don",
        "aren",
    )
)
"""Words that say the contrary, ..."""
_NO_MORE: Final = frozenset(
    (
        "longer",
        "more",
        "anymore",
        "any",
        "t",
        "mehr",
        "meer",
        "ya",
        "piu",
        "mais",
        "ja",
        "lenger",
        "laengere",
        "laenger",
        "lengre",
        "laengre",
        "langre",
        "juz",
        "jiz",
        "uz",
    )
)
"""... what stands beside them, ..."""
_FILLERS: Final = frozenset(
    (
        "is",
        "are",
        "it",
        "s",
        "ist",
        "sind",
        "est",
        "sont",
        "de",
        "nouveau",
        "zijn",
        "weer",
        "opnieuw",
        "e",
        "sono",
        "di",
        "nuovo",
        "es",
        "esta",
        "estan",
        "nuevo",
        "a",
        "er",
        "igjen",
        "igen",
        "aer",
        "jest",
        "je",
        "opet",
        "znowu",
        "wieder",
        "again",
        "now",
        "jetzt",
        "momentan",
        "currently",
        "zurzeit",
        "actuellement",
        "mehr",
        "this",
        "station",
        "charger",
    )
)
"""... and what says nothing."""
_LETTERS: Final = {
    ord("\u00e4"): "ae",
    ord("\u00f6"): "oe",
    ord("\u00fc"): "ue",
    ord("\u00e6"): "ae",
    ord("\u00f8"): "o",
    ord("\u0142"): "l",
    ord("\u2019"): " ",
    ord("'"): " ",
}
_OPPOSITE: Final[dict[State, State]] = {
    "in_service": "out_of_service",
    "out_of_service": "in_service",
}
_MOST_CHARACTERS: Final = 80
"""Longer texts are no word for a state."""


def _squeezed(text: str) -> str:
    """Return the letters of a text: Latin ones without accents, kana and kanji."""
    plain = normalize("NFKD", text.casefold().translate(_LETTERS))
    return re.sub(r"[^a-z\u3040-\u30ff\u4e00-\u9fff]", "", plain)


_STATE_OF: Final = {
    _squeezed(word): state for state, words in _WORDS.items() for word in words.split()
}


def state_of(word: object) -> State | None:
    """Read a word for a state: "out of order", "OUTOFORDER", "nicht mehr defekt".

    Parameters
    ----------
    word
        What the source says; case, blanks, accents and punctuation do not count.

    Returns
    -------
    {"in_service", "out_of_service", "planned", "removed"} or None
        None where it says nothing of the kind.
    """
    if not isinstance(word, str) or len(word) > _MOST_CHARACTERS:
        return None
    whole = _STATE_OF.get(_squeezed(word))
    if whole is not None:
        return whole
    tokens = [_squeezed(token) for token in re.split(r"[\W_]+", word.translate(_LETTERS))]
    denied = any(token in _NEGATIONS for token in tokens)
    if denied:
        tokens = [token for token in tokens if token not in _NEGATIONS | _NO_MORE]
    found = _STATE_OF.get("".join(tokens)) or _STATE_OF.get(
        "".join(token for token in tokens if token not in _FILLERS)
    )
    return _OPPOSITE.get(found) if denied and found else found
