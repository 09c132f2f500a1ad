"""Each kind of difference between two documents, planted one at a time."""

from copy import deepcopy

import pytest

from streaming.contract.differences import differences
from streaming.contract.fields import fields_of
from streaming.contract.reasons import Explained, Reason, explained, idle, parse_reasons

CONTRACT = {
    "paths": {
        "/v3/things/{thing_id}": {
            "get": {
                "operationId": "getThing",
                "parameters": [
                    {"in": "path", "name": "thing_id", "required": True, "schema": {}},
                    {"in": "query", "name": "full", "schema": {"type": "boolean"}},
                ],
                "responses": {
                    "200": {
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}
                        }
                    },
                    "404": {},
                },
            },
            "put": {
                "operationId": "putThing",
                "requestBody": {"$ref": "#/components/requestBodies/Thing"},
                "responses": {"204": {}},
            },
        },
        "/v2/old": {"get": {"responses": {}}},
    },
    "components": {
        "schemas": {
            "Base": {
                "type": "object",
                "properties": {"kind": {"type": "string"}},
                "required": ["kind"],
            },
            "Thing": {
                "allOf": [
                    {"$ref": "#/components/schemas/Base"},
                    {
                        "type": "object",
                        "properties": {
                            "size": {"type": "integer", "nullable": True},
                            "parts": {
                                "type": "array",
                                "items": {
                                    "type": "object",
                                    "properties": {"name": {"type": "string"}},
                                    "required": ["name"],
                                },
                            },
                        },
                    },
                ]
            },
        },
        "requestBodies": {
            "Thing": {
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}
            }
        },
    },
}
PATH = "/v3/things/{thing_id}"


def test_a_document_does_not_differ_from_itself():
    assert differences(CONTRACT, CONTRACT, "/v3/") == []


def test_what_a_schema_holds():
    fields = fields_of(CONTRACT, {"$ref": "#/components/schemas/Thing"})
    assert {path: str(field) for path, field in fields.items()} == {
        "": "object (required)",
        "kind": "string (required)",
        "size": "integer (nullable)",
        "parts": "array",
        "parts[]": "object (required)",
        "parts[].name": "string (required)",
    }


def thing(document):
    return document["components"]["schemas"]["Thing"]["allOf"][1]["properties"]


def get(document):
    return document["paths"][PATH]["get"]


PLANTED = {
    "an operation is gone": (
        lambda d: d["paths"][PATH].pop("put"),
        {f"PUT {PATH}: not served"},
    ),
    "an operation is more": (
        lambda d: d["paths"][PATH].update(delete={"responses": {}}),
        {f"DELETE {PATH}: only here"},
    ),
    "another name": (
        lambda d: get(d).update(operationId="thing"),
        {f"GET {PATH}: operationId is thing, theirs getThing"},
    ),
    "a parameter is gone": (
        lambda d: get(d)["parameters"].pop(1),
        {f"GET {PATH}: query parameter full: absent"},
    ),
    "a parameter is required": (
        lambda d: get(d)["parameters"][1].update(required=True),
        {f"GET {PATH}: query parameter full: boolean (required), theirs boolean"},
    ),
    "an answer is gone": (
        lambda d: get(d)["responses"].pop("404"),
        {f"GET {PATH}: 404: not described"},
    ),
    "an answer is more": (
        lambda d: get(d)["responses"].update({"409": {}}),
        {f"GET {PATH}: 409: only here"},
    ),
    "another media type": (
        lambda d: get(d)["responses"]["200"].update(content={"text/html": {}}),
        {
            f"GET {PATH}: 200: application/json is not served",
            f"GET {PATH}: 200: text/html is only here",
        },
    ),
    "another type": (
        lambda d: thing(d)["size"].update(type="string"),
        {
            f"GET {PATH}: 200: size: string (nullable), theirs integer (nullable)",
            f"PUT {PATH}: request: size: string (nullable), theirs integer (nullable)",
        },
    ),
    "no longer null": (
        lambda d: thing(d)["size"].pop("nullable"),
        {
            f"GET {PATH}: 200: size: integer, theirs integer (nullable)",
            f"PUT {PATH}: request: size: integer, theirs integer (nullable)",
        },
    ),
    "a field deep down": (
        lambda d: thing(d)["parts"]["items"]["properties"].pop("name"),
        {
            f"GET {PATH}: 200: parts[].name: absent",
            f"PUT {PATH}: request: parts[].name: absent",
        },
    ),
    "an inherited field": (
        lambda d: d["components"]["schemas"]["Base"].pop("required"),
        {
            f"GET {PATH}: 200: kind: string, theirs string (required)",
            f"PUT {PATH}: request: kind: string, theirs string (required)",
        },
    ),
    "a list is gone, told once": (
        lambda d: thing(d).pop("parts"),
        {f"GET {PATH}: 200: parts: absent", f"PUT {PATH}: request: parts: absent"},
    ),
    "elsewhere": (lambda d: d["paths"].pop("/v2/old"), set()),
}


@pytest.mark.parametrize("what", PLANTED)
def test_a_planted_difference_is_found_and_nothing_else(what):
    change, expected = PLANTED[what]
    ours = deepcopy(CONTRACT)
    change(ours)
    assert set(differences(ours, CONTRACT, "/v3/")) == expected


def test_another_name_in_a_path():
    ours = deepcopy(CONTRACT)
    ours["paths"]["/v3/things/{id}"] = ours["paths"].pop(PATH)
    assert set(differences(ours, CONTRACT, "/v3/")) == {
        f"GET {PATH}: path parameter {{thing_id}} is called {{id}}",
        f"PUT {PATH}: path parameter {{thing_id}} is called {{id}}",
    }


def test_reasons_are_rows_of_tables():
    reasons = parse_reasons(
        "# Words\n\n| difference | reason |\n| --- | --- |\n"
        "| `GET /a*: only here` | Because. |\n| `* /b.c` | So `it` is. |\ntext `x` | y\n"
    )
    assert reasons == [Reason("GET /a*: only here", "Because."), Reason("* /b.c", "So `it` is.")]
    lines = ["GET /abc: only here", "PUT /b.c", "PUT /bxc", "GET /abc: only here, or so"]
    assert explained(lines, reasons) == [
        Explained(lines[0], "Because."),
        Explained(lines[1], "So `it` is."),
        Explained(lines[2], None),
        Explained(lines[3], None),
    ]
    assert idle(lines[1:], reasons) == ["GET /a*: only here"]
