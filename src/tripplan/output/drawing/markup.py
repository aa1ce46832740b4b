r"""The only file that writes HTML: every text from data is escaped here, and nowhere else.

`tag` builds elements; whatever is not `Markup` is escaped on its way in.  Escaped text is safe in
HTML, in attributes, in JavaScript template literals and in a template engine's second pass, since
``{ } ` $ \\`` and the rare line ends become numeric entities as well.
"""

import re
from collections.abc import Iterable
from urllib.parse import quote

import markupsafe

from tripplan.output.text import words

NAME_LIMIT = 80
TEXT_LIMIT = 600
_WHOLE_LIMIT = 8000
"""No reason is longer, nor is a list of days."""

_TEXT_ONLY = frozenset({"title", "text", "tspan"})
"""Elements that cannot hold the spans of `measured`."""
_VOID = frozenset({"br", "hr", "meta", "link", "img", "input"})
_MORE = str.maketrans({ch: f"&#{ord(ch)};" for ch in "{}`$\\\u2028\u2029"})
_UNSAFE = re.compile("[&<>'\"{}`$\\\\\u2028\u2029]")
"""What `escape` changes; most text holds none of it."""

Markup = markupsafe.Markup
"""HTML that is safe to show; made by this file only."""
Child = Markup | str | float | None
Attribute = str | float | bool | None


def escape(text: object, limit: int = TEXT_LIMIT) -> Markup:
    """Return text from anywhere as HTML that shows it, on one line, at most ``limit`` long."""
    line = words.one_line(text, limit)
    return Markup(str(markupsafe.escape(line)).translate(_MORE) if _UNSAFE.search(line) else line)


def _child(text: object, *, measure: bool) -> Markup:
    """Return text between elements, with the space that parts it from its neighbours."""
    plain = str(text)
    before = " " if plain[:1].isspace() else ""
    after = " " if plain[-1:].isspace() and plain.strip() else ""
    safe = escape(plain)
    return Markup(f"{before}{measured(safe) if measure else safe}{after}")


_NUMBER = r"[-+]?\d[\d.,]*"
_SPAN = rf"{_NUMBER}(?: to {_NUMBER})?"
_TWICE = re.compile(
    rf"(?P<metric>{_SPAN} (?:km/h|km|°C|m/s|m|Wh/km)|km {_SPAN})"
    rf" \((?P<us>{_SPAN} (?:mi/kWh|mi|°F|ft|mph)|mile {_SPAN})\)"
)


def measured(text: Markup) -> Markup:
    """Part "388 km (241 mi)" into what the metric and what the US reader sees."""
    if " (" not in text:
        return text
    return Markup(
        _TWICE.sub(
            lambda both: (
                f'<span class="tp-metric">{both["metric"]}</span>'
                f'<span class="tp-us">{both["us"]}</span>'
            ),
            text,
        )
    )


def tag(element: str, *children: Child, **attributes: Attribute) -> Markup:
    """Return ``<element attributes>children</element>``.

    A child that is not `Markup` is escaped, None is left out.  Attribute names lose a closing
    underscore and turn the others to hyphens (``class_``, ``aria_label``); None and False leave
    an attribute out, True gives its name alone.
    """
    pairs = "".join(
        _attribute(key.rstrip("_").replace("_", "-"), value)
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    if element in _VOID:
        return Markup(f"<{element}{pairs}>")
    inner = joined(*children, measure=element not in _TEXT_ONLY)
    return Markup(f"<{element}{pairs}>{inner}</{element}>")


def _attribute(key: str, value: Attribute) -> str:
    if value is True:
        return f" {key}"
    if isinstance(value, int | float):
        return f' {key}="{value}"'
    return f' {key}="{value if isinstance(value, Markup) else escape(value, 4000)}"'


def points(x: Iterable[float], y: Iterable[float]) -> Markup:
    """Return the ``points`` of an SVG line, pixels to one decimal."""
    return Markup(" ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True)))


def rings(lines: Iterable[tuple[Iterable[float], Iterable[float]]]) -> Markup:
    """Return the ``d`` of an SVG path of closed lines, x and y, pixels to one decimal."""
    return Markup("".join(f"M{points(x, y)}Z" for x, y in lines))


def joined(*children: Child, measure: bool = True) -> Markup:
    """Return children in a row, escaped where they are not `Markup`."""
    return Markup(
        "".join(
            child if isinstance(child, Markup) else _child(child, measure=measure)
            for child in children
            if child is not None
        )
    )


def script(code: str) -> Markup:
    """Return own JavaScript as an element that its contents cannot end early."""
    return Markup(f"<script>{script_body(code)}</script>")


def script_body(code: str) -> str:
    """Return JavaScript as it stands between the tags of `script`."""
    return code.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def style(code: str) -> Markup:
    """Return own CSS as an element."""
    return Markup(f"<style>{code.replace('</style', '')}</style>")


def document(head: Markup, body: Markup) -> str:
    """Return a whole page in English."""
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang='en')}\n"


def svg_document(picture: Markup) -> str:
    """Return an SVG file; its shapes are on lines of their own."""
    lines = str(picture).replace("><", ">\n<")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{lines}\n'


def document_link(href: str, text: str) -> Markup:
    """Return a link to a page that was written beside this one."""
    return tag("a", text, href=quote(href, safe="/._-"))


def picture_in(svg: str) -> Markup:
    """Return an SVG file of our own as a part of a page, as wide as there is room, at most 800."""
    inside = svg.partition("?>")[2].strip().replace("<svg ", '<svg style="max-width:800px" ', 1)
    return Markup(inside.replace(' width="1200.0" height="630.0"', ' width="100%"', 1))


def framed(page: str, height: int) -> str:
    """Return a whole page in a frame that keeps its scripts and styles to itself."""
    return (
        f'<iframe srcdoc="{markupsafe.escape(page)}" sandbox="allow-scripts allow-popups" '
        f'title="Trip plan" style="width:100%;height:{height}px;border:0"></iframe>'
    )


def rendered(trusted: str) -> Markup:
    """Take HTML that the map library made from `Markup` and numbers only."""
    return Markup(trusted)


def whole(text: str) -> Markup:
    """Return a sentence or more that must not be cut, its quantities parted by units."""
    return measured(escape(text, _WHOLE_LIMIT))


def quantity_name(text: str, limit: int = NAME_LIMIT) -> Markup:
    """Return a name that may hold a quantity, such as that of a row, parted by units."""
    return measured(name(text, limit))


def name(text: str, limit: int = NAME_LIMIT) -> Markup:
    """Return a name from data, kept from turning the writing direction around it."""
    return tag("bdi", escape(text, limit))
