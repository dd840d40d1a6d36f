"""Laws of the examples: every body and every answer of the API has one, and it is true."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from server.app import create_app
from server.examples import NoExample, contents, example_of

DOCUMENT: dict[str, Any] = create_app().openapi()


def wrong(value: Any, schema: dict[str, Any]) -> list[str]:
    whole = schema | {"components": DOCUMENT["components"]}
    return [error.message for error in Draft202012Validator(whole).iter_errors(value)]


def test_every_body_and_answer_has_an_example_that_fits() -> None:
    assert {
        place: told
        for place, content in contents(DOCUMENT)
        if content.get("schema")  # a picture or a file has none
        if (told := wrong(content.get("example", "none"), content["schema"]))
    } == {}


def test_every_example_of_a_field_fits() -> None:
    fields = [
        (f"{name}.{key}", field)
        for name, schema in DOCUMENT["components"]["schemas"].items()
        for key, field in schema.get("properties", {}).items()
    ]
    parameters = [
        (f"{method} {path} {item['name']}", item["schema"] | {"examples": item["examples"]})
        for path, operations in DOCUMENT["paths"].items()
        for method, operation in operations.items()
        for item in operation.get("parameters", ())
        if isinstance(item.get("examples"), list)
    ]
    assert {
        name: told
        for name, field in [*fields, *parameters]
        for example in field.get("examples", ())
        if (told := wrong(example, field))
    } == {}


def test_what_is_made_says_in_the_document_where_it_is() -> None:
    for path, operations in DOCUMENT["paths"].items():
        for operation in operations.values():
            if made := operation["responses"].get("201"):
                assert "Location" in made["headers"], path


def test_a_text_without_an_example_is_named() -> None:
    schema = {"title": "A", "type": "object", "properties": {"b": {"type": "string"}}}
    with pytest.raises(NoExample, match=r"A\.b"):
        example_of(schema, {})
