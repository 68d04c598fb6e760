"""Every call of the API is described with examples that keep to their own schema, and every answer with its errors."""

from typing import Any

import jsonschema
import pytest
from drf_spectacular.generators import SchemaGenerator

from secgov.api.examples import EXAMPLES, PROBLEM


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    """The API's description."""
    return SchemaGenerator().get_schema(request=None, public=True)


def operations(described):
    """Every call: its id and its description."""
    for methods in described["paths"].values():
        for operation in methods.values():
            yield operation["operationId"], operation


def as_json_schema(schema: Any, described: dict[str, Any]) -> Any:
    """A schema of OpenAPI 3.0 as JSON Schema knows it: null is a type, and a reference is what it refers to."""
    if isinstance(schema, list):
        return [as_json_schema(each, described) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return as_json_schema(
            described["components"]["schemas"][schema["$ref"].rpartition("/")[2]], described
        )
    plain = {name: as_json_schema(value, described) for name, value in schema.items() if name != "nullable"}
    return {"anyOf": [plain, {"type": "null"}]} if schema.get("nullable") else plain


def test_every_call_has_an_example_and_every_example_a_call(described):
    assert {name for name, _ in operations(described)} == set(EXAMPLES)


def test_every_answer_and_everything_sent_has_an_example_that_keeps_to_its_schema(described):
    without = []
    for name, operation in operations(described):
        contents = [("sent", operation.get("requestBody", {}).get("content", {}))]
        contents += [(status, each.get("content", {})) for status, each in operation["responses"].items()]
        for where, content in contents:
            for media_type, part in content.items():
                if "example" not in part:
                    without.append((name, where, media_type))
                elif media_type.endswith("json"):
                    jsonschema.validate(part["example"], as_json_schema(part["schema"], described))
    assert without == []


def test_what_a_call_must_be_asked_with_has_an_example(described):
    without = [
        (name, parameter["name"])
        for name, operation in operations(described)
        for parameter in operation.get("parameters", [])
        if parameter.get("required") and "example" not in parameter
    ]
    assert without == []


def test_every_call_names_what_it_may_answer_when_it_is_asked_too_often(described):
    for name, operation in operations(described):
        assert PROBLEM in operation["responses"]["429"]["content"], name
