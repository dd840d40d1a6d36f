"""Examples of the OpenAPI document, composed from those of single fields so that none grows old."""

from collections.abc import Callable, Iterator
from typing import Any

Schema = dict[str, Any]
Schemas = dict[str, Schema]

FORMATS = {
    "date-time": "2026-11-22T08:30:00Z",
    "uuid": "7f3c1a52-8a4e-4f0f-a7b3-0f7f3e6d2c11",
    "binary": "...",
}


class NoExample(Exception):
    """A field for which nobody has given an example, and none can be made up."""


def example_of(schema: Schema, schemas: Schemas) -> Any:
    """A value that fits; `schemas` are those that may be referred to.

    Raises:
        NoExample: a text among it has no example.
    """
    found = (make(schema, schemas) for words, make in _RULES if words & schema.keys())
    return next(found, {})


def _union(schema: Schema, schemas: Schemas) -> Any:
    kinds = [one for one in schema["anyOf"] if one.get("type") != "null"]
    return example_of(kinds[0], schemas)


def _referred(schema: Schema, schemas: Schemas) -> Any:
    return example_of(schemas[schema["$ref"].rpartition("/")[2]], schemas)


def _object(schema: Schema, schemas: Schemas) -> Any:
    made = {}
    for name, inner in schema.get("properties", {}).items():
        try:
            made[name] = example_of(inner, schemas)
        except NoExample as error:
            raise NoExample(f"{schema.get('title', '')}.{name} {error}".strip()) from error
    return made


def _array(schema: Schema, schemas: Schemas) -> Any:
    if "prefixItems" in schema:
        return [example_of(inner, schemas) for inner in schema["prefixItems"]]
    return [example_of(schema["items"], schemas)]


def _text(schema: Schema, _schemas: Schemas) -> Any:
    if schema.get("format") in FORMATS:
        return FORMATS[schema["format"]]
    if "default" in schema:
        return schema["default"]
    raise NoExample


def _number(schema: Schema, _schemas: Schemas) -> Any:
    return schema.get("default", schema.get("minimum", 1))


_BY_TYPE: dict[str, Callable[[Schema, Schemas], Any]] = {
    "object": _object,
    "array": _array,
    "string": _text,
    "integer": _number,
    "number": _number,
    "boolean": lambda schema, _: schema.get("default", False),
    "null": lambda *_: None,
}

# The first that fits: what somebody wrote comes before what can be made up.
_RULES: tuple[tuple[set[str], Callable[[Schema, Schemas], Any]], ...] = (
    ({"example"}, lambda schema, _: schema["example"]),
    ({"examples"}, lambda schema, _: schema["examples"][0]),
    ({"$ref"}, _referred),
    ({"const"}, lambda schema, _: schema["const"]),
    ({"enum"}, lambda schema, _: schema["enum"][0]),
    ({"anyOf"}, _union),
    ({"type"}, lambda schema, schemas: _BY_TYPE[schema["type"]](schema, schemas)),
)


def contents(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every body and every answer that has content, with words for where it is."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            places = {"body": operation.get("requestBody", {}), **operation["responses"]}
            for name, place in places.items():
                for kind, content in place.get("content", {}).items():
                    yield f"{method.upper()} {path} {name} {kind}", content


def add_examples(document: dict[str, Any]) -> None:
    """Gives one to every body and answer that has a schema and none yet."""
    schemas = document["components"]["schemas"]
    for _, content in contents(document):
        if content.get("schema") and not content.keys() & {"example", "examples"}:
            content["example"] = example_of(content["schema"], schemas)
