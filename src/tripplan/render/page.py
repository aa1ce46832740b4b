"""One page that needs no network: Leaflet and jQuery inlined, scripts pinned by their hashes.

The content security policy lets run only the scripts whose SHA-256 stands in the page, and load
only tiles of the named servers; so a name that slipped through could still do nothing.
"""

import base64
import hashlib
import re
from collections.abc import Iterable
from importlib import resources
from pathlib import Path

from xstatic.pkg import jquery, leaflet, leaflet_markercluster

from tripplan.render.popups import Markup, document, joined, script, script_body, style, tag

TILE_SERVERS = ("https://tile.openstreetmap.org", "https://basemap.nationalmap.gov")
_SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)
_IMAGE = re.compile(r"url\(images/([\w-]+\.png)\)")


def page(title: str, body: Markup, map_script: str) -> str:
    """Return the whole document.

    Parameters
    ----------
    title
        Plain text.
    body
        What stands in the page.
    map_script
        JavaScript that builds the map; runs last.
    """
    own = "\n".join(_own(name) for name in _SCRIPTS)
    scripts = [*(_read(*file) for file in _LIBRARIES), own, map_script]
    head = joined(
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_policy(scripts)),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="origin-when-cross-origin"),
        tag("title", title),
        style(_leaflet_css()),
        style(_read(leaflet_markercluster.BASE_DIR, "MarkerCluster.css")),
        style(_own("page.css")),
    )
    return document(head, tag("body", body, *(script(code) for code in scripts)))


_LIBRARIES = (
    (jquery.BASE_DIR, "jquery.slim.min.js"),
    (leaflet.BASE_DIR, "leaflet.js"),
    (leaflet_markercluster.BASE_DIR, "leaflet.markercluster.js"),
)
_SCRIPTS = ("ground.js", "route.js", "chart.js", "switches.js", "page.js")
"""The page's own scripts, in the order in which they run."""


def _read(folder: str, name: str) -> str:
    return _SOURCE_MAP.sub("", Path(folder, name).read_text(encoding="utf-8")).strip()


def _own(name: str) -> str:
    return resources.files("tripplan.render").joinpath("web", name).read_text(encoding="utf-8")


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
            f"script-src {' '.join(hashes)}",
            "style-src 'unsafe-inline'",
            f"img-src data: {' '.join(TILE_SERVERS)}",
        )
    )


def with_steady_names(text: str, random_names: Iterable[str]) -> str:
    """Replace random 32-digit names by numbers, in the order in which they appear."""
    known = frozenset(random_names)
    seen: dict[str, str] = {}

    def steady(match: re.Match[str]) -> str:
        name = match[0]
        return seen.setdefault(name, f"{len(seen):x}") if name in known else name

    return re.sub(r"[0-9a-f]{32}", steady, text)
