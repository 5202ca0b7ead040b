"""The OpenAPI 3.1 document of the Canvas dialect, made from its operations: what is served is what is described.

A form spells a tree with brackets, and OpenAPI has no such style, so the fields of a form are listed flat under the names
that a client sends: ``submission[posted_grade]``, ``include[]``. Keys that are ids (``grade_data[12][posted_grade]``) become
patterns. The same parameters as a JSON body are the struct itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias

import msgspec
from msgspec import inspect

from gradewire.dialects.canvas import errors
from gradewire.dialects.canvas.bodies import Upload
from gradewire.dialects.canvas.identifiers import ACCOUNT, ASSIGNMENT, COURSE, GROUP, SECTION, TERM, USER, Kind
from gradewire.dialects.canvas.operations import Operation
from gradewire.dialects.canvas.paging import DEFAULT_SIZE, MAX_SIZE

Schema: TypeAlias = dict[str, Any]

_COMPONENT = "#/components/schemas/{name}"
_FILES = ("text/csv", "application/zip", "application/octet-stream")
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_NAMED = {f"{kind.name}_id": kind for kind in (ACCOUNT, ASSIGNMENT, COURSE, GROUP, SECTION, TERM, USER)}
_KEY = r"\[[^\]]+\]"
"""One bracketed key, as a pattern."""

_REFUSALS: dict[int, tuple[str, str, tuple[type[msgspec.Struct], ...]]] = {
    304: ("NotModified", "The client has it as it is (If-None-Match).", ()),
    400: (
        "BadRequest",
        "A parameter is missing or cannot be read, a record breaks its rules, or it cannot be done now.",
        (errors.Messages, errors.RecordErrors, errors.BaseErrors, errors.ErrorText, errors.MessageText),
    ),
    401: (
        "Unauthenticated",
        "No credentials, a token that is not valid or lacks the scope, or nobody whom the caller may act as.",
        (errors.Unauthorized, errors.Messages, errors.PlainErrors),
    ),
    403: ("Forbidden", "Signed in without the right; or, as plain text, throttled.", (errors.Unauthorized,)),
    404: ("NotFound", "It does not exist, or is not for this caller to know of.", (errors.Messages,)),
    409: (
        "Conflict",
        "Somebody else changed the record at the same time, or something depends on it.",
        (errors.Messages, errors.MessageText),
    ),
    412: ("Stale", "It is no longer as the client last saw it (If-Match).", (errors.Outdated,)),
    413: ("TooLarge", "The body is longer than the server accepts.", (errors.Messages,)),
    422: (
        "Unprocessable",
        "The state of the assignment does not allow it, a record breaks its rules, or the Idempotency-Key was used otherwise.",
        (errors.MessageText, errors.RecordErrors, errors.Messages),
    ),
    500: ("Crash", "The server failed.", (errors.Crash,)),
}


def _header(description: str, *, required: bool = False, **schema: Any) -> dict[str, Any]:
    return {"description": description, "schema": {"type": "string", **schema}} | ({"required": True} if required else {})


_ALWAYS_TOLD = ("X-Request-Id", "X-Request-Cost", "X-Rate-Limit-Remaining")
_TOLD_WITH = {304: ("ETag",), 401: ("WWW-Authenticate",), 403: ("Retry-After",), 412: ("ETag",)}
_HEADERS: dict[str, Any] = {
    "X-Request-Id": _header("Names the request in the log and in the events it causes."),
    "X-Request-Cost": _header("Seconds of work that were taken of the quota.", required=True, pattern=r"^\d+\.\d+$"),
    "X-Rate-Limit-Remaining": _header("What is left of the quota; absent where nothing is throttled.", pattern=r"^\d+\.\d+$"),
    "Link": _header("Leads to the other pages: current, next, prev, first, last."),
    "ETag": _header("The version of what was answered, for If-Match and If-None-Match."),
    "Idempotent-Replayed": _header("There when the answer is that of an earlier request with the same key.", const="true"),
    "WWW-Authenticate": _header("Absent when only the scope is lacking."),
    "Retry-After": _header("When throttled: the seconds to wait.", pattern=r"^\d+$"),
}
_IDEMPOTENCY_KEY = "Idempotency-Key"
_CONDITIONS = {"If-None-Match": 304, "If-Match": 412}
"""The status of an answer where the condition decides."""
_ENTITY_TAGS = r'^(\*|(W/)?"[!#-~]*"(, *(W/)?"[!#-~]*")*)$'
_HEADER_PARAMETERS: dict[str, Any] = {
    name: {"name": name, "in": "header", "description": description, "schema": {"type": "string", "pattern": pattern}}
    for name, description, pattern in (
        (_IDEMPOTENCY_KEY, "The same request with the same key is done once and answered the same again.", r"^[!-~]{1,255}$"),
        ("If-Match", "Write only if the thing still has one of these tags.", _ENTITY_TAGS),
        ("If-None-Match", "Answer 304 if the thing still has one of these tags.", _ENTITY_TAGS),
    )
}


def document(
    operations: Sequence[Operation], *, version: str, title: str = "Gradewire: Canvas API", server: str = "/"
) -> dict[str, Any]:
    """The document as plain values, the same for the same operations.

    Raises:
        ValueError: an operation refuses with a status that has no description here.
    """
    declared = [one for operation in operations for one in _answers(operation)]
    declared += [shape for operation in operations for shape in operation.refusals.values()]
    declared += [operation.params for operation in operations if operation.params is not None]
    declared += [struct for _, _, structs in _REFUSALS.values() for struct in structs]
    schemas, components = msgspec.json.schema_components(declared, ref_template=_COMPONENT)
    known = _Known(declared, list(schemas), components)
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.openapi_path, {})[operation.method.lower()] = _operation(operation, known)
    tags = dict.fromkeys(_tag(operation) for operation in operations)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version},
        "servers": [{"url": server}],
        "tags": [{"name": tag} for tag in tags],
        "paths": paths,
        "components": {
            "schemas": components,
            "parameters": {**_paging_parameters(), **_HEADER_PARAMETERS},
            "headers": _HEADERS,
            "responses": {name: _refusal(status, known) for status, (name, _, _) in _REFUSALS.items()},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "description": "An access token."}},
        },
    }


def _answers(operation: Operation) -> tuple[Any, ...]:
    """The types that an operation may answer with."""
    if operation.returns is None:
        return ()
    return operation.returns if isinstance(operation.returns, tuple) else (operation.returns,)


class _Known(NamedTuple):
    """The declared types and their schemas, position by position."""

    types: list[Any]
    schemas: list[Schema]
    components: dict[str, Any]

    def schema(self, declared: Any) -> Schema:
        for known, schema in zip(self.types, self.schemas, strict=True):
            if known is declared or known == declared:
                return schema
        raise KeyError(declared)


def _operation(operation: Operation, known: _Known) -> dict[str, Any]:
    parameters: list[dict[str, Any]] = [_path_parameter(name) for name in operation.placeholders]
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "tags": [_tag(operation)],
        "security": [] if operation.public else [{"bearer": []}],
    }
    if operation.description:
        described["description"] = operation.description
    if operation.params is not None:
        if operation.method == "GET":
            parameters += _query_parameters(operation.params, operation.placeholders)
        else:
            if operation.takes_file:  # the body may be the file itself
                parameters += _query_parameters(operation.params, (*operation.placeholders, "attachment"))
            described["requestBody"] = _request_body(
                operation.params, operation.placeholders, known, takes_file=operation.takes_file
            )
    if operation.paginated:
        sent = {parameter["name"] for parameter in parameters}
        parameters += [{"$ref": f"#/components/parameters/{name}"} for name in _paging_parameters() if name not in sent]
    sent_headers = [name for name, status in _CONDITIONS.items() if status in operation.refuses]
    sent_headers += [] if operation.method == "GET" else [_IDEMPOTENCY_KEY]
    parameters += [{"$ref": f"#/components/parameters/{name}"} for name in sent_headers]
    if parameters:
        described["parameters"] = parameters
    described["responses"] = _responses(operation, known)
    described["x-scope"] = operation.scope
    return described


def _tag(operation: Operation) -> str:
    return operation.tag or "Other"


def _path_parameter(name: str) -> dict[str, Any]:
    kind = _NAMED.get(name)
    return {
        "name": name,
        "in": "path",
        "required": True,
        "schema": {"type": "string"},
        "description": _forms_of(kind) if kind else "An id.",
    }


def _forms_of(kind: Kind) -> str:
    others = [f"`{prefix}:…`" for prefix in kind.prefixes] + [f"`{word}`" for word in sorted(kind.words)]
    return f"A number, {', '.join(others[:-1])} or {others[-1]}." if len(others) > 1 else f"A number or {others[0]}."


def _paging_parameters() -> dict[str, Any]:
    number = {"type": "integer", "minimum": 1}
    return {
        "page": {"name": "page", "in": "query", "description": "Pages count from 1.", "schema": {**number, "default": 1}},
        "per_page": {
            "name": "per_page",
            "in": "query",
            "description": f"Rows of a page; more than {MAX_SIZE} means {MAX_SIZE}.",
            "schema": {**number, "default": DEFAULT_SIZE},
        },
    }


def _responses(operation: Operation, known: _Known) -> dict[str, Any]:
    success: dict[str, Any] = {"description": "Done." if operation.writes else "Found."}
    if shapes := [known.schema(one) for one in _answers(operation)]:
        success["content"] = {"application/json": {"schema": shapes[0] if len(shapes) == 1 else {"anyOf": shapes}}}
    if operation.media_type != "application/json":
        success["content"] = {operation.media_type: {"schema": {"type": "string"}}}
    success["headers"] = _told(
        *(["Link"] if operation.paginated else []),
        *(["ETag"] if {304, 412} & {*operation.refuses} else []),
        *(["Idempotent-Replayed"] if operation.method != "GET" else []),
    )
    statuses = {400, 500, operation.invalid, *operation.refuses, *operation.refusals}
    statuses |= set() if operation.public else {401, 403}
    statuses |= {404} if operation.placeholders else set()
    statuses |= {409} if operation.writes else set()
    statuses |= set() if operation.method == "GET" else {409, 413, 422}
    if unknown := statuses - _REFUSALS.keys():
        raise ValueError(f"{operation.name} refuses with {sorted(unknown)}, which has no description")
    refusals: dict[str, Any] = {
        str(status): {"$ref": f"#/components/responses/{_REFUSALS[status][0]}"} for status in sorted(statuses)
    }
    for status, shape in operation.refusals.items():
        refusals[str(status)] = _refusal(status, known, shape)
    return {str(operation.status): success, **refusals}


def _told(*names: str) -> dict[str, Any]:
    """The headers of an answer: those that every answer has, and these."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in (*_ALWAYS_TOLD, *names)}


def _refusal(status: int, known: _Known, own: Any = None) -> dict[str, Any]:
    _, description, structs = _REFUSALS[status]
    shapes = [known.schema(struct) for struct in structs]
    if own is not None:
        shapes.append(known.schema(own))
    response: dict[str, Any] = {"description": description, "headers": _told(*_TOLD_WITH.get(status, ()))}
    if shapes:
        response["content"] = {"application/json": {"schema": shapes[0] if len(shapes) == 1 else {"anyOf": shapes}}}
    if status == 403:
        response["content"]["text/plain"] = {"schema": {"type": "string"}}
    return response


# Parameters in bracket form


class _Field(NamedTuple):
    """One name of a form. In a pattern the keys that a client chooses are regular expressions."""

    name: str
    schema: Schema
    required: bool
    pattern: bool = False


def _query_parameters(params: type[msgspec.Struct], placeholders: Iterable[str]) -> list[dict[str, Any]]:
    parameters: list[dict[str, Any]] = []
    for field in _flat(params, placeholders):
        schema = dict(field.schema)
        parameter: dict[str, Any] = {"name": field.name, "in": "query", "schema": schema}
        if field.pattern:
            # The keys are the client's: shown as an object, which deepObject spells with brackets too.
            name = field.name.removeprefix("^").partition("\\")[0]
            parameter = {"name": name, "in": "query", "style": "deepObject", "explode": True, "schema": {"type": "object"}}
        elif description := schema.pop("description", None):
            parameter["description"] = description
        if field.required and not field.pattern:
            parameter["required"] = True
        if all(parameter["name"] != other["name"] for other in parameters):
            parameters.append(parameter)
    return parameters


def _request_body(
    params: type[msgspec.Struct], placeholders: tuple[str, ...], known: _Known, *, takes_file: bool = False
) -> dict[str, Any]:
    tree = known.schema(params)
    component = known.components[tree["$ref"].rpartition("/")[2]]
    if any(name in component["properties"] for name in placeholders):
        # What the path says already is not said again in the body.
        tree = {**component, "properties": {k: v for k, v in component["properties"].items() if k not in placeholders}}
        tree["required"] = [name for name in component.get("required", []) if name not in placeholders]
    fields = list(_flat(params, placeholders))
    form: Schema = {"type": "object", "properties": {field.name: field.schema for field in fields if not field.pattern}}
    if patterns := {field.name: field.schema for field in fields if field.pattern}:
        form["patternProperties"] = patterns
    required = [field.name for field in fields if field.required and not field.pattern]
    if required:
        form["required"] = required
    content: dict[str, Any] = {"application/json": {"schema": tree}}
    content |= {kind: {"schema": form} for kind in _FORMS}
    if takes_file:
        binary = {"schema": {"type": "string", "format": "binary"}}
        content = {"multipart/form-data": {"schema": form}, **dict.fromkeys(_FILES, binary)}
    return {"required": bool(required or tree.get("required")), "content": content}


def _flat(params: type[msgspec.Struct], placeholders: Iterable[str]) -> Iterator[_Field]:
    info = inspect.type_info(params)
    assert isinstance(info, inspect.StructType)
    skipped = frozenset(placeholders)
    for field in info.fields:
        if field.encode_name not in skipped:
            yield from _spell(field.encode_name, field.type, required=field.required)


def _spell(
    name: str, declared: inspect.Type, *, required: bool, pattern: bool = False, repeated: bool = False, note: str = ""
) -> Iterator[_Field]:
    """The flat names under which a value of the declared type is sent."""
    declared, description = _bare(declared)
    note = description or note
    if isinstance(declared, inspect.StructType) and declared.cls is not Upload:
        for field in declared.fields:
            inner = f"{name}{_bracket(field.encode_name, pattern=pattern)}"
            needed = required and field.required
            yield from _spell(inner, field.type, required=needed, pattern=pattern, repeated=repeated)
    elif isinstance(declared, inspect.ListType):
        inner = name + _bracket("", pattern=pattern)
        yield from _spell(inner, declared.item_type, required=required, pattern=pattern, repeated=True, note=note)
    elif isinstance(declared, inspect.DictType):
        inner = (name if pattern else re.escape(name)) + _KEY
        yield from _spell(inner, declared.value_type, required=False, pattern=True, repeated=repeated, note=note)
    else:
        schema = _scalar(declared)
        if repeated:
            schema = {"type": "array", "items": schema}
        if note:
            schema["description"] = note
        yield _Field(f"^{name}$" if pattern else name, schema, required, pattern)
        if isinstance(declared, inspect.AnyType):
            stem = name if pattern else re.escape(name)
            yield _Field(rf"^{stem}\[", {}, required=False, pattern=True)


def _bracket(key: str, *, pattern: bool) -> str:
    return re.escape(f"[{key}]") if pattern else f"[{key}]"


def _bare(declared: inspect.Type) -> tuple[inspect.Type, str]:
    """The type without null and without its notes, and its description."""
    description = ""
    while True:
        if isinstance(declared, inspect.Metadata):
            description = (declared.extra_json_schema or {}).get("description", description)
            declared = declared.type
        elif isinstance(declared, inspect.UnionType):
            declared = next(member for member in declared.types if not isinstance(member, inspect.NoneType))
        else:
            return declared, description


def _scalar(declared: inspect.Type) -> Schema:
    match declared:
        case inspect.BoolType():
            return {"type": "boolean"}
        case inspect.IntType():
            return {"type": "integer", "format": "int64"}
        case inspect.FloatType():
            return {"type": "number"}
        case inspect.DateTimeType():
            return {"type": "string", "format": "date-time"}
        case inspect.LiteralType():
            return {"type": "string", "enum": list(declared.values)}
        case inspect.AnyType():
            return {}
        case inspect.StructType():
            return {"type": "string", "format": "binary"}
        case _:
            return {"type": "string"}
