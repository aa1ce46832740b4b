"""Towns and airports by name, for the offline look-up."""

from starter_build.sources import Airport, Town

LEAST_POPULATION = 1_000
ALSO_CALLED = {("New York City", "NY"): "New York"}
"""Names in daily use that GeoNames spells otherwise."""
ALSO_LARGE = (
    "BUR", "DAL", "DCA", "EGE", "ASE", "GJT", "HOU", "JFK", "LGA", "LGB", "MDW", "OAK", "SNA",
    "STL", "SAN", "BOS", "ORD", "BOI", "COS", "DRO", "DTW", "EUG", "GUC", "HDN", "IAH", "ICT",
    "JAC", "LIT", "MSO", "MTJ", "OGG", "OMA", "RDM", "SUN", "TEX",
)  # fmt: skip
"""Large airports whose name does not say so; the source holds no size."""

Row = tuple[str, str, str, str, int, str]


def place_rows(towns: list[Town], airports: list[Airport]) -> list[Row]:
    """Return (name, state, lat, lon, population, kind), towns first, each by state and name."""
    listed = [t for t in towns if t.population >= LEAST_POPULATION]
    listed += [
        Town(ALSO_CALLED[t.name, t.state], t.state, t.lat, t.lon, t.population)
        for t in listed
        if (t.name, t.state) in ALSO_CALLED
    ]
    rows: list[Row] = [
        (t.name, t.state, f"{t.lat:.4f}", f"{t.lon:.4f}", t.population, "town")
        for t in sorted(listed, key=lambda t: (t.state, t.name, -t.population, t.lat))
    ]
    large = [a for a in airports if a.iata and _is_large(a)]
    for airport in sorted(large, key=lambda a: (a.state, a.iata)):
        name = f"{airport.name} ({airport.iata})"
        rows.append((name, airport.state, f"{airport.lat:.4f}", f"{airport.lon:.4f}", 0, "airport"))
    return rows


def _is_large(airport: Airport) -> bool:
    return "International" in airport.name or airport.iata in ALSO_LARGE
