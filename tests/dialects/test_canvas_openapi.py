"""The OpenAPI document: its structure against a small meta-schema, its schemas against JSON Schema, its content by example."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

import jsonschema
import msgspec
import pytest
from msgspec import UNSET, Meta, UnsetType

from gradewire.dialects.canvas.openapi import document
from gradewire.dialects.canvas.operations import Operation
from gradewire.dialects.canvas.params import Upload


class Grade(msgspec.Struct):
    posted_grade: Annotated[str, Meta(description="A grade as typed")] | UnsetType | None = UNSET
    excuse: bool | UnsetType = UNSET


class Entry(msgspec.Struct):
    name: str | UnsetType | None = UNSET
    value: str | UnsetType | None = UNSET


class GradeParams(msgspec.Struct):
    user_id: str
    submission: Grade | UnsetType = UNSET
    grade_data: dict[str, Grade] | UnsetType = UNSET
    entries: list[Entry] | UnsetType = UNSET
    include: list[str] = []
    at: datetime | UnsetType | None = UNSET
    file: Upload | UnsetType | None = UNSET
    rubric_assessment: Any = UNSET


class ListParams(msgspec.Struct):
    student_id: int
    include: Annotated[list[str], Meta(description="What to add")] = []
    filter: dict[str, str] | UnsetType = UNSET
    per_page: int | UnsetType = UNSET


class Submission(msgspec.Struct):
    id: int
    score: float | None
    graded_at: datetime | None
    anonymous_id: str | UnsetType = UNSET


SUBMISSIONS = "/api/v1/courses/:course_id/assignments/:assignment_id/submissions"


def declared(method: str, path: str, name: str, **rest: Any) -> Operation:
    return Operation(method=method, path=path, name=name, summary=f"Does {name}", handler=print, **rest)


LIST = declared(
    "GET", SUBMISSIONS, "list_submissions", params=ListParams, returns=list[Submission], paginated=True, tag="Submissions"
)
GRADE = declared(
    "PUT",
    f"{SUBMISSIONS}/:user_id",
    "grade_submission",
    params=GradeParams,
    returns=Submission,
    writes=True,
    refuses=(422,),
    tag="Submissions",
    description="In words.",
)
PUBLISH = declared("POST", f"{SUBMISSIONS}/publish", "publish", writes=True, status=201)
HEALTH = declared("GET", "/health", "health", public=True, returns=dict[str, Any])
OPERATIONS = (LIST, GRADE, PUBLISH, HEALTH)
DOCUMENT = document(OPERATIONS, version="1.2.3", server="https://canvas.test")

REFERENCE = {"type": "object", "required": ["$ref"], "properties": {"$ref": {"pattern": "^#/components/"}}}
META = {
    "type": "object",
    "required": ["openapi", "info", "paths", "components"],
    "additionalProperties": False,
    "properties": {
        "openapi": {"const": "3.1.0"},
        "info": {"type": "object", "required": ["title", "version"]},
        "servers": {"type": "array", "items": {"required": ["url"]}},
        "tags": {"type": "array", "items": {"required": ["name"]}, "uniqueItems": True},
        "paths": {
            "type": "object",
            "patternProperties": {
                "^/[^:]*$": {
                    "patternProperties": {"^(get|post|put|patch|delete)$": {"$ref": "#/$defs/operation"}},
                    "additionalProperties": False,
                }
            },
            "additionalProperties": False,
        },
        "components": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "schemas": {"propertyNames": {"pattern": "^[A-Za-z0-9._-]+$"}},
                "parameters": {"additionalProperties": {"$ref": "#/$defs/parameter"}},
                "responses": {"additionalProperties": {"$ref": "#/$defs/response"}},
                "headers": {"additionalProperties": {"required": ["description", "schema"]}},
                "securitySchemes": {"type": "object"},
            },
        },
    },
    "$defs": {
        "operation": {
            "type": "object",
            "required": ["operationId", "summary", "tags", "security", "responses", "x-scope"],
            "additionalProperties": False,
            "properties": {
                "operationId": {"type": "string"},
                "summary": {"type": "string"},
                "description": {"type": "string"},
                "tags": {"type": "array", "minItems": 1},
                "security": {"enum": [[], [{"bearer": []}]]},
                "x-scope": {"pattern": "^url:[A-Z]+\\|/"},
                "parameters": {"type": "array", "items": {"anyOf": [REFERENCE, {"$ref": "#/$defs/parameter"}]}},
                "requestBody": {
                    "required": ["content"],
                    "properties": {"required": {"type": "boolean"}, "content": {"$ref": "#/$defs/content"}},
                    "additionalProperties": False,
                },
                "responses": {
                    "minProperties": 1,
                    "patternProperties": {"^[1-5][0-9]{2}$": {"anyOf": [REFERENCE, {"$ref": "#/$defs/response"}]}},
                    "additionalProperties": False,
                },
            },
        },
        "parameter": {
            "type": "object",
            "required": ["name", "in", "schema"],
            "properties": {
                "name": {"type": "string", "minLength": 1},
                "in": {"enum": ["path", "query", "header"]},
                "schema": {"type": "object"},
                "required": {"type": "boolean"},
                "description": {"type": "string"},
                "style": {"const": "deepObject"},
                "explode": {"type": "boolean"},
            },
            "additionalProperties": False,
            "if": {"properties": {"in": {"const": "path"}}},
            "then": {"properties": {"required": {"const": True}}, "required": ["required"]},
        },
        "response": {
            "type": "object",
            "required": ["description"],
            "properties": {
                "description": {"type": "string"},
                "content": {"$ref": "#/$defs/content"},
                "headers": {"additionalProperties": REFERENCE},
            },
            "additionalProperties": False,
        },
        "content": {"type": "object", "minProperties": 1, "additionalProperties": {"required": ["schema"]}},
    },
}


def test_the_structure_is_that_of_openapi() -> None:
    jsonschema.Draft202012Validator.check_schema(META)
    jsonschema.validate(DOCUMENT, META, cls=jsonschema.Draft202012Validator)


def nodes(value: Any) -> Iterator[Any]:
    yield value
    for child in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from nodes(child)


def test_every_schema_is_a_json_schema_and_every_reference_leads_somewhere() -> None:
    for node in nodes(DOCUMENT):
        if isinstance(node, dict) and isinstance(node.get("schema"), dict):
            jsonschema.Draft202012Validator.check_schema(node["schema"])
        if isinstance(node, dict) and isinstance(node.get("$ref"), str):
            found = DOCUMENT
            for key in node["$ref"].removeprefix("#/").split("/"):
                found = found[key]
    for schema in DOCUMENT["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_path_parameters_are_those_of_the_path() -> None:
    for path, item in DOCUMENT["paths"].items():
        for operation in item.values():
            named = [one["name"] for one in operation.get("parameters", []) if one.get("in") == "path"]
            assert named == [part[1:-1] for part in path.split("/") if part.startswith("{")]


def test_it_is_plain_json_and_always_the_same() -> None:
    again = document(OPERATIONS, version="1.2.3", server="https://canvas.test")
    assert json.dumps(again) == json.dumps(DOCUMENT)
    assert json.loads(json.dumps(DOCUMENT)) == DOCUMENT


def operation(one: Operation) -> dict[str, Any]:
    found: dict[str, Any] = DOCUMENT["paths"][one.openapi_path][one.method.lower()]
    return found


def test_a_list() -> None:
    described = operation(LIST)
    assert described["operationId"] == "list_submissions"
    assert described["x-scope"] == LIST.scope
    assert described["tags"] == ["Submissions"]
    queries = {one["name"]: one for one in described["parameters"] if one.get("in") == "query"}
    assert queries == {
        "student_id": {"name": "student_id", "in": "query", "schema": {"type": "integer", "format": "int64"}, "required": True},
        "include[]": {
            "name": "include[]",
            "in": "query",
            "schema": {"type": "array", "items": {"type": "string"}},
            "description": "What to add",
        },
        "filter": {"name": "filter", "in": "query", "style": "deepObject", "explode": True, "schema": {"type": "object"}},
        "per_page": {"name": "per_page", "in": "query", "schema": {"type": "integer", "format": "int64"}},
    }
    assert {"$ref": "#/components/parameters/page"} in described["parameters"]
    assert {"$ref": "#/components/parameters/per_page"} not in described["parameters"]
    success = described["responses"]["200"]
    assert "Link" in success["headers"]
    assert success["content"]["application/json"]["schema"] == {
        "type": "array",
        "items": {"$ref": "#/components/schemas/Submission"},
    }
    assert set(described["responses"]) == {"200", "400", "401", "403", "404", "500"}


def test_a_form() -> None:
    described = operation(GRADE)
    content = described["requestBody"]["content"]
    assert set(content) == {"application/json", "application/x-www-form-urlencoded", "multipart/form-data"}
    form = content["application/x-www-form-urlencoded"]["schema"]
    assert form["properties"] == {
        "submission[posted_grade]": {"type": "string", "description": "A grade as typed"},
        "submission[excuse]": {"type": "boolean"},
        "entries[][name]": {"type": "array", "items": {"type": "string"}},
        "entries[][value]": {"type": "array", "items": {"type": "string"}},
        "include[]": {"type": "array", "items": {"type": "string"}},
        "at": {"type": "string", "format": "date-time"},
        "file": {"type": "string", "format": "binary"},
        "rubric_assessment": {},
    }
    strict = {**form, "additionalProperties": False}
    jsonschema.validate({"grade_data[12][excuse]": True, "rubric_assessment[crit1][points]": "3"}, strict)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"grade_data[12][unknown]": "1"}, strict)
    body = content["application/json"]["schema"]
    assert "user_id" not in body["properties"]
    assert "user_id" not in body["required"]
    assert "user_id" not in form["properties"]
    assert described["requestBody"]["required"] is False
    assert set(described["responses"]) == {"200", "400", "401", "403", "404", "409", "413", "422", "500"}


def test_the_small_ones() -> None:
    assert set(operation(PUBLISH)["responses"]) == {"201", "400", "401", "403", "404", "409", "413", "422", "500"}
    assert "requestBody" not in operation(PUBLISH)
    assert operation(HEALTH)["security"] == []
    assert set(operation(HEALTH)["responses"]) == {"200", "400", "500"}
    assert [tag["name"] for tag in DOCUMENT["tags"]] == ["Submissions", "Other"]


def test_an_unknown_status_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="418"):
        document([declared("GET", "/tea", "brew", refuses=(418,))], version="1")


def test_structs_of_one_name_stay_apart() -> None:
    class Grade(msgspec.Struct):
        user_id: int
        other: int

    one = declared("PUT", "/api/v1/users/:user_id/grade", "one", params=Grade, writes=True)
    two = declared("PUT", "/api/v1/users/:user_id/two", "two", params=GradeParams, writes=True)
    both = document([one, two], version="1")
    body = both["paths"]["/api/v1/users/{user_id}/grade"]["put"]["requestBody"]["content"]["application/json"]["schema"]
    assert body["required"] == ["other"]
    assert list(body["properties"]) == ["other"]
