"""A site that is written in any of the forms of 2026 reads to the same charger."""

import gzip
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.samples.charger_forms import FORMS, Form, Plugs, Site
from tripplan.records.charger import Charger
from tripplan.sources.chargers.files import parse_chargers

POINTS: tuple[Plugs, ...] = (
    (("CCS2", 50.0),),
    (("CCS2", 150.0),),
    (("CCS2", 62.5),),
    (("CCS2", 400.0),),
    (("CHADEMO", 50.0),),
    (("CCS2", 150.0), ("CHADEMO", 50.0)),
    (("CCS2", 300.0), ("CHADEMO", 100.0)),
    (("TYPE2", 22.0),),
    (("TYPE2", 11.0),),
    (("TYPE2", 3.7),),
)


@st.composite
def sites(draw: st.DrawFn) -> list[Site]:
    """Draw one to three sites, kilometres apart."""
    found = []
    for k in range(draw(st.integers(1, 3))):
        points = draw(st.lists(st.sampled_from(POINTS), min_size=1, max_size=5))
        found.append(
            Site(
                number=f"{1000 + k}",
                name=draw(st.sampled_from(("Autohof Nord", 'Süd "A&B" <C>; 2', "Ölmühle, Tor 3"))),
                lat=49.0 + k / 10 + draw(st.integers(0, 8999)) / 1e5,
                lon=8.0 + draw(st.integers(0, 99999)) / 1e5,
                points=tuple(points),
                operator=draw(st.sampled_from(("Musterstrom", "Città & Söhne"))),
                town=draw(st.sampled_from(("Heidelberg", "Köln"))),
                always=draw(st.booleans()),
                public=draw(st.booleans()),
                price_per_kwh=draw(st.sampled_from((None, 0.49, 0.65))),
            )
        )
    return found


def plugs_of(charger: Charger) -> Counter[tuple[str, float | None]]:
    """Count a charger's plugs by kind and power."""
    found: Counter[tuple[str, float | None]] = Counter()
    for plug in charger.connectors:
        found[plug.standard, plug.power_kw] += plug.count or 0
    return found


def expected(site: Site, form: Form) -> dict[str, object]:
    """Return what the fields that the form states have to be."""
    every: dict[str, object] = {
        "name": site.name,
        "operator": site.operator,
        "town": site.town,
        "opening_hours": "24/7" if site.always else None,
        "stalls": site.stalls(),
        "date": site.day,
        "price": "" if site.price_per_kwh is None else f"{site.price_per_kwh:.2f} EUR/kWh",
        "access": "public" if site.public else "restricted",
    }
    return {key: value for key, value in every.items() if key in form.says}


@pytest.mark.parametrize("name", FORMS)
@given(drawn=sites(), packed=st.booleans())
@settings(max_examples=25, deadline=None)
def test_a_site_reads_to_the_same_charger_in_every_form(
    name: str, drawn: list[Site], packed: bool
) -> None:
    form = FORMS[name]
    written = [form.can(site) for site in drawn]
    data = form.write(written)
    reading = parse_chargers(gzip.compress(data) if packed else data, where="x")
    by_place = {(round(c.lat, 4), round(c.lon, 4)): c for c in reading.chargers}
    assert len(by_place) == len(written)
    assert dict(reading.ignored) == {}
    for site in written:
        charger = by_place[round(site.lat, 4), round(site.lon, 4)]
        assert plugs_of(charger) == site.plugs()
        wanted = expected(site, form)
        found = {key: getattr(charger, key, charger.sources[0].date) for key in wanted}
        assert found == wanted
