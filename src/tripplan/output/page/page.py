"""One page that needs no network: Leaflet and jQuery inlined, scripts pinned by their hashes.

The content security policy lets run only the scripts whose SHA-256 stands in the page, and load
only tiles of the named servers; so a name that slipped through could still do nothing.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from importlib import resources
from pathlib import Path

from xstatic.pkg import jquery, leaflet, leaflet_markercluster

from tripplan.output.drawing.markup import Markup, document, joined, script, script_body, style, tag

TILE_SERVERS = ("https://tile.openstreetmap.org", "https://basemap.nationalmap.gov")
TRIP_SCRIPTS = ("ground.js", "route.js", "chart.js", "switches.js", "page.js")
COMPARE_SCRIPTS = ("ground.js", "compare.js", "switches.js")
STUDY_SCRIPTS = ("ground.js", "study.js", "switches.js")
_SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)
_IMAGE = re.compile(r"url\(images/([\w-]+\.png)\)")


def page(
    title: str,
    body: Markup,
    map_script: str,
    scripts: Sequence[str] = TRIP_SCRIPTS,
    styles: Sequence[str] = ("page.css",),
    *,
    with_map: bool = True,
) -> str:
    """Return the whole document.

    Parameters
    ----------
    title
        Plain text.
    body
        What stands in the page.
    map_script
        JavaScript that builds the map; runs last.
    scripts, styles
        The package's own files for this kind of page, in the order in which they take effect.
    with_map
        Whether it holds the map library and its style sheet.
    """
    own = "\n".join(_own(name) for name in scripts)
    libraries = _LIBRARIES if with_map else ()
    code = [*(_read(*file) for file in libraries), own, *filter(None, [map_script])]
    head = joined(
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_policy(code)),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="origin-when-cross-origin"),
        tag("title", title),
        *(map(style, _map_styles()) if with_map else ()),
        *(style(_own(name)) for name in styles),
    )
    return document(head, tag("body", body, *(script(one) for one in code)))


def bundle(scripts: Sequence[str], styles: Sequence[str]) -> tuple[str, str]:
    """Return the script and the style sheet of a page that asks a server for both.

    Parameters
    ----------
    scripts, styles
        The package's own files, as for `page`; the map library comes before them.
    """
    code = [*(_read(*file) for file in _LIBRARIES), *map(_own, scripts)]
    looks = _map_styles()
    return "\n;\n".join(code), "\n".join([*looks, *map(_own, styles)])


_LIBRARIES = (
    (jquery.BASE_DIR, "jquery.slim.min.js"),
    (leaflet.BASE_DIR, "leaflet.js"),
    (leaflet_markercluster.BASE_DIR, "leaflet.markercluster.js"),
)


def _read(folder: str, name: str) -> str:
    return _SOURCE_MAP.sub("", Path(folder, name).read_text(encoding="utf-8")).strip()


def _own(name: str) -> str:
    return resources.files("tripplan.output.page").joinpath("web", name).read_text(encoding="utf-8")


def _map_styles() -> list[str]:
    return [_leaflet_css(), _read(leaflet_markercluster.BASE_DIR, "MarkerCluster.css")]


def _leaflet_css() -> str:
    """Return Leaflet's style sheet with its images inside."""
    css = _read(leaflet.BASE_DIR, "leaflet.css").replace("behavior: url(#default#VML);", "")

    def inlined(match: re.Match[str]) -> str:
        image = Path(leaflet.BASE_DIR, "images", match[1]).read_bytes()
        return f"url(data:image/png;base64,{base64.b64encode(image).decode()})"

    return _IMAGE.sub(inlined, css)


def _policy(scripts: Iterable[str]) -> str:
    hashes = []
    for code in scripts:
        digest = hashlib.sha256(script_body(code).encode()).digest()
        hashes.append(f"'sha256-{base64.b64encode(digest).decode()}'")
    return "; ".join(
        (
            "default-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
            f"script-src {' '.join(hashes)}",
            "style-src 'unsafe-inline'",
            f"img-src data: {' '.join(TILE_SERVERS)}",
        )
    )


def json_text(value: object) -> str:
    """Return JSON that ends no script tag and no template literal, and that no engine reads."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    for sign in "<>&`":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text.replace("{", "{ ")


def with_steady_names(text: str, random_names: Iterable[str]) -> str:
    """Replace random 32-digit names by numbers, in the order in which they appear."""
    known = frozenset(random_names)
    seen: dict[str, str] = {}

    def steady(match: re.Match[str]) -> str:
        name = match[0]
        return seen.setdefault(name, f"{len(seen):x}") if name in known else name

    return re.sub(r"[0-9a-f]{32}", steady, text)
