"""The API in the words of OpenAPI 3.1, and a plain page of it: others build on both."""

from functools import cache
from importlib.metadata import version
from typing import Any

from tripplan.output.drawing.markup import document, joined, tag
from tripplan.output.files.export import plan_json_schema
from tripplan.serve.answers import MOST_WAYS, TYPES
from tripplan.serve.form import wish_rows
from tripplan.serve.questions import MOST_BYTES, MOST_ITEMS, MOST_WAYPOINTS

_SCALAR = {"type": ["string", "number", "boolean", "null"]}
_VALUE = {"anyOf": [_SCALAR, {"type": "array", "maxItems": MOST_ITEMS}]}
_ERRORS = {
    "409": "A newer question of the same client (header X-Tripplan-Client) has overtaken this one.",
    "422": "The question is wrong, or there is no such trip; `message` says why.",
    "503": "Too many are asking.",
    "504": "The question takes longer than the server allows.",
}


@cache
def openapi() -> dict[str, Any]:
    """Return the description of the API; the schema of a plan is the one that is published."""
    schema = plan_json_schema()
    records = schema.pop("$defs", {})
    schema.pop("$schema", None)
    schema.pop("$id", None)
    plan = _with_references(schema)
    components = {name: _with_references(record) for name, record in records.items()}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "tripplan",
            "version": version("tripplan"),
            "description": "Trips of electric cars: questions are flat objects of JSON.",
        },
        "paths": _paths(),
        "components": {
            "schemas": {
                **components,
                "Plan": plan,
                "Question": _question(),
                "Error": {
                    "type": "object",
                    "required": ["error", "message"],
                    "properties": {"error": {"type": "string"}, "message": {"type": "string"}},
                },
            }
        },
    }


def _with_references(node: Any) -> Any:  # noqa: ANN401 - whatever stands in a schema
    """Return a part of a schema whose references lead into the description."""
    if isinstance(node, dict):
        return {
            key: value.replace("#/$defs/", "#/components/schemas/")
            if key == "$ref"
            else _with_references(value)
            for key, value in node.items()
        }
    return [_with_references(item) for item in node] if isinstance(node, list) else node


def _question() -> dict[str, Any]:
    own = {
        "origin": 'A place ("Denver, CO") or "lat,lon".',
        "destination": "Likewise.",
        "vehicle": "Id of the catalogue.",
        "vehicle_toml": "A car of one's own: the text of its file, in place of `vehicle`.",
        "soh": 'State of health of the battery, like "90%".',
    }
    wishes = {
        row["word"]: {
            **_VALUE,
            "description": row["told"],
            **({"examples": [row["like"]]} if row["like"] else {}),
        }
        for row in wish_rows()
    }
    return {
        "type": "object",
        "required": ["origin", "destination"],
        "properties": {
            **{word: {"type": ["string", "number"], "description": d} for word, d in own.items()},
            **wishes,
        },
        "additionalProperties": False,
        "description": (
            f"A trip with its wishes, as a row of a batch; at most {MOST_BYTES} bytes and "
            f"{MOST_WAYPOINTS} waypoints."
        ),
    }


def _paths() -> dict[str, Any]:
    plan = {"$ref": "#/components/schemas/Plan"}
    thing = {"type": "object"}
    found: dict[str, Any] = {
        "/api/plan": _post("The best plan, as `tripplan plan --json` writes it.", plan),
        "/api/ways": _post(f"Other ways, with `count` up to {MOST_WAYS}.", thing),
        "/api/drawing": _post("What the page draws of the best plan; may change.", thing),
        "/api/ground": _post("Roads, water and borders of a box; may change.", thing, bare=True),
        "/api/export/{ending}": _post("The best plan as a file.", None),
        "/api/places": _get("Places whose name begins with `q`, or the name of a point.",
                            ("q", "lat", "lon", "most")),
        "/api/vehicles": _get("The cars of the catalogue; with `q`, those of these words.", ("q",)),
        "/api/chargers": _get("The chargers of a box.",
                              ("south", "west", "north", "east", "most")),
        "/api/roads": _get("The roads of a box as fine as a zoom level shows them; may change.",
                           ("south", "west", "north", "east", "zoom")),
        "/api/wishes": _get("Every wish with its meaning and default.", ()),
        "/api/region": _get("The region's name, box and number of chargers.", ()),
    }  # fmt: skip
    found["/api/export/{ending}"]["post"]["parameters"] = [
        {
            "name": "ending", "in": "path", "required": True,
            "schema": {"enum": [ending[1:] for ending in TYPES]},
        }
    ]  # fmt: skip
    return found


def _post(told: str, schema: dict[str, Any] | None, *, bare: bool = False) -> dict[str, Any]:
    question = {"type": "object"} if bare else {"$ref": "#/components/schemas/Question"}
    kind = "application/json" if schema else "*/*"
    errors = {
        status: {
            "description": words,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
        }
        for status, words in _ERRORS.items()
    }
    return {
        "post": {
            "summary": told,
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": question}},
            },
            "responses": {
                "200": {"description": "Done.", "content": {kind: {"schema": schema or {}}}},
                **errors,
            },
        }
    }


def _get(told: str, words: tuple[str, ...]) -> dict[str, Any]:
    return {
        "get": {
            "summary": told,
            "parameters": [
                {"name": word, "in": "query", "schema": {"type": "string"}} for word in words
            ],
            "responses": {
                "200": {
                    "description": "Done.",
                    "content": {"application/json": {"schema": {"type": "object"}}},
                }
            },
        }
    }


@cache
def openapi_page() -> str:
    """Return the API as a page without scripts."""
    api = openapi()
    paths = [
        tag("tr", tag("th", method.upper(), scope="row"), tag("td", tag("code", path)),
            tag("td", does["summary"]))
        for path, methods in api["paths"].items()
        for method, does in methods.items()
    ]  # fmt: skip
    words = [
        tag("tr", tag("th", tag("code", word), scope="row"), tag("td", about["description"]))
        for word, about in api["components"]["schemas"]["Question"]["properties"].items()
    ]
    head = joined(
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", "tripplan: the API"),
        tag("link", rel="stylesheet", href="/page.css"),
    )
    body = tag(
        "body",
        tag(
            "main",
            tag("h1", "The API of this server"),
            tag("p", "As OpenAPI: ", tag("a", "/api/openapi.json", href="/api/openapi.json"),
                ". ", tag("a", "The page", href="/"), "."),
            tag("table", tag("tbody", *paths)),
            tag("h2", "What a question may hold"),
            tag("table", tag("tbody", *words)),
            class_="ts-docs",
        ),
        class_="ts-docs-page",
    )  # fmt: skip
    return document(head, body)
