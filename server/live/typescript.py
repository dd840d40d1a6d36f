"""TypeScript types of a JSON Schema: as much of it as ours uses."""

import json
from collections.abc import Callable
from typing import Any

HEAD = "/** Words of the live feed; `hengyang live-schema --typescript` makes this file. */\n"
PLAIN = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean",
         "null": "null"}  # fmt: skip

Schema = dict[str, Any]


def typescript(document: Schema) -> str:
    """One exported type for each definition of the document, in its order."""
    return HEAD + "".join(
        f"\n{_comment(schema, '')}export {_named(name, schema)}\n"
        for name, schema in document["$defs"].items()
    )


def _named(name: str, schema: Schema) -> str:
    if schema.get("properties"):
        return f"interface {name} {_fields(schema, '')}"
    return f"type {name} = {_type(schema, '')}"


def _fields(schema: Schema, indent: str) -> str:
    required, inner = schema.get("required", []), f"{indent}  "
    lines = []
    for name, field in schema["properties"].items():
        mark = "" if name in required else "?"
        lines.append(f"{_comment(field, inner)}{inner}{name}{mark}: {_type(field, inner)}\n")
    return "{\n" + "".join(lines) + indent + "}"


def _type(schema: Schema, indent: str) -> str:
    for key, write in _WRITERS.items():
        if key in schema:
            return write(schema, indent)
    return PLAIN[schema["type"]] if "type" in schema else "unknown"


def _union(schemas: list[Schema], indent: str) -> str:
    return " | ".join(dict.fromkeys(_type(schema, indent) for schema in schemas))


def _array(schema: Schema, indent: str) -> str:
    if "prefixItems" in schema:
        return f"[{', '.join(_type(item, indent) for item in schema['prefixItems'])}]"
    item = _type(schema["items"], indent)
    return f"({item})[]" if "|" in item else f"{item}[]"


def _object(schema: Schema, indent: str) -> str:
    if schema.get("properties"):
        return _fields(schema, indent)
    if not schema.get("additionalProperties", True):
        return "Record<string, never>"
    values = schema.get("additionalProperties")
    return f"Record<string, {_type(values, indent) if isinstance(values, dict) else 'unknown'}>"


_WRITERS: dict[str, Callable[[Schema, str], str]] = {
    "$ref": lambda schema, _: str(schema["$ref"]).rpartition("/")[2],
    "const": lambda schema, _: _literal(schema["const"]),
    "enum": lambda schema, _: " | ".join(_literal(value) for value in schema["enum"]),
    "anyOf": lambda schema, indent: _union(schema["anyOf"], indent),
    "oneOf": lambda schema, indent: _union(schema["oneOf"], indent),
    "prefixItems": _array,
    "items": _array,
    "properties": _object,
    "additionalProperties": _object,
}


def _literal(value: Any) -> str:
    return f"'{value}'" if isinstance(value, str) else json.dumps(value)


def _comment(schema: Schema, indent: str) -> str:
    words = " ".join(str(schema.get("description", "")).split())
    return f"{indent}/** {words} */\n" if words else ""
