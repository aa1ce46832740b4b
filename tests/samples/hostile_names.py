"""Two hundred names that try to run, to break out, to turn text around, or to burst the page."""

from itertools import product

_CALLS = ("window.pwned=1", "window.pwned=alert(1)", "globalThis.pwned=1", "top.pwned=1")
_BREAKS = (
    "",
    '"',
    "'",
    '">',
    "'>",
    "`",
    "${",
    "</script>",
    "-->",
    "]]>",
    "\\",
    "{{",
    "*/",
    "\u2028",
)
_HANDLERS = (
    "onerror",
    "onload",
    "onclick",
    "onfocus",
    "ontoggle",
    "onpointerenter",
    "onmouseover",
    "onwheel",
)
_ELEMENTS = (
    "img src=x",
    "svg",
    "details open",
    "input autofocus",
    "body",
    "iframe src=javascript:1",
)


def _scripts() -> list[str]:
    return [f"{start}<script>{call}</script>" for start, call in product(_BREAKS, _CALLS)]


def _handlers() -> list[str]:
    return [
        f'"><{element} {handler}="window.pwned=1">'
        for element, handler in product(_ELEMENTS, _HANDLERS)
    ]


def _expressions() -> list[str]:
    return [
        f"{start}{middle}window.pwned=1{end}"
        for start, end in (("`);", "//"), ("${", "}"), ("{{", "}}"), ("');", "//"), ('");', "//"))
        for middle in ("", "(()=>", "new Function(", "\\u0060", "${`${")
    ]


def _addresses() -> list[str]:
    schemes = ("javascript:", "JaVaScRiPt:", "java\tscript:", "data:text/html,", "vbscript:")
    return [f'<a href="{scheme}window.pwned=1">{word}</a>' for scheme in schemes for word in "xy"]


def _signs() -> list[str]:
    turned = [
        f"{mark}KEN DROFLUX{mark}" for mark in "\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u200f"
    ]
    written = [
        "\u05e9\u05dc\u05d5\u05dd 12",
        "\u0627\u0644\u0634\u0627\u0631\u0642\u0629",
        "\u6771\u4eac\u99c5",
        "\u0e01\u0e33",
    ]
    pictures = [
        "\U0001f50b" * 40,
        "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 12,
        "\U0001f1e6\U0001f1f9",
    ]
    marks = [
        "Z" + "\u0351\u0321\u0489" * 40,
        "e\u0301" * 60,
        "\ufeff\ufeffa",
        "a\u00ad" * 80,
        "\u200b" * 30 + "x",
    ]
    control = [
        "a\x00b",
        "red \x1b[31m bell \x07",
        "line\r\nfeed\ttab",
        "\ufffe\uffff",
        "\x7f\x80\x9f",
        "\x0bvt\x0cff",
    ]
    return [*turned, *written, *pictures, *marks, *control]


def _long() -> list[str]:
    words = (
        "Ladestation ",
        "x",
        "\u5145\u96fb",
        "<b>",
        "&amp;",
        '"',
        "\U0001f50c ",
        "W" * 30 + "-",
    )
    return [(word * (10_240 // len(word) + 1))[:10_240].strip() for word in words]


def _styles() -> list[str]:
    return [
        "</style><style>body{display:none}</style>",
        '" style="position:fixed;inset:0;background:red',
        "<style>@import 'http://x'</style>",
        "<link rel=stylesheet href=//x>",
        "<base href=//x>",
        "<meta http-equiv=refresh content=0;url=//x>",
        "<form action=//x><input name=a>",
        "<plaintext>",
        "<textarea>",
        "<!--",
        "<![CDATA[",
        "<template><script>window.pwned=1</script>",
        "</bdi></div></main></body>",
        "<table><tr><td>",
        "&#60;script&#62;window.pwned=1&#60;/script&#62;",
        "%3Cscript%3Ewindow.pwned=1%3C/script%3E",
        "=HYPERLINK(1)",
        "__proto__",
        "constructor",
        "null",
        "{% raw %}{{ ''.__class__ }}",
        "; DROP TABLE chargers; --",
        "../../../../etc/passwd",
        "%s%s%n",
        "\\\\server\\share",
        "<math><mi//xlink:href='data:x,<script>window.pwned=1</script>'>",
        "<svg><use href='data:image/svg+xml,<svg id=x onload=window.pwned=1 />#x'/></svg>",
    ]


def corpus() -> tuple[str, ...]:
    """Return the 200 names, each once."""
    all_of_them = dict.fromkeys(
        [
            *_scripts(), *_handlers(), *_expressions(), *_addresses(), *_signs(), *_long(),
            *_styles(),
        ]
    )  # fmt: skip
    return tuple(all_of_them)
