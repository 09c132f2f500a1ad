"""What Kafka's own transformations were asked to do; ``recorded.json`` beside it is what they did.

A case is plain JSON so that the recorder (``RecordTransforms.java``) reads it: a plugin's short
name, its configuration, and one record whose key and value are ``{"schema", "payload"}``, the
schema as Kafka's JSON converter writes one. What JSON has no words for is ``{"$date": ms}``,
``{"$bytes": base64}``, ``{"$decimal": text}`` and, where Java tells an Integer from a Long,
``{"$int": n}``.
"""

from typing import Any, Final

Json = Any
WHEN: Final = 1_566_570_894_346
"""2019-08-23T14:34:54.346Z, in Unix ms."""
DAY: Final = 86_400_000

_KAFKA: Final = "org.apache.kafka.connect.data."
DATE: Final = {"type": "int32", "name": f"{_KAFKA}Date", "version": 1}
TIME: Final = {"type": "int32", "name": f"{_KAFKA}Time", "version": 1}
TIMESTAMP: Final = {"type": "int64", "name": f"{_KAFKA}Timestamp", "version": 1}
DECIMAL: Final = {
    "type": "bytes", "name": f"{_KAFKA}Decimal", "version": 1, "parameters": {"scale": "2"},
}  # fmt: skip
NOTHING: Final = {"schema": None, "payload": None}


_IN_JSON: Final = {"float32": "float", "float64": "double"}


def scalar(kind: str, **attributes: Json) -> Json:
    return {"type": _IN_JSON.get(kind, kind), **attributes}


def struct(fields: dict[str, Json], **attributes: Json) -> Json:
    named = [{"field": name, **schema} for name, schema in fields.items()]
    return {"type": "struct", "fields": named, **attributes}


def array(items: Json) -> Json:
    return {"type": "array", "items": items}


def mapping(keys: Json, values: Json) -> Json:
    return {"type": "map", "keys": keys, "values": values}


def data(payload: Json, schema: Json = None) -> Json:
    return {"schema": schema, "payload": payload}


def record(value: Json = NOTHING, key: Json = NOTHING, **changes: Json) -> Json:
    whole = {
        "kind": "sink", "topic": "orders", "partition": 3, "offset": 42, "timestamp": WHEN,
        "key": key, "value": value, "headers": [],
    }  # fmt: skip
    return whole | changes


def case(plugin: str, name: str, config: dict[str, str], of: Json) -> Json:
    return {
        "name": f"{plugin}: {name}", "plugin": plugin, "predicate": False,
        "config": config, "record": of,
    }  # fmt: skip


STRING: Final = scalar("string")
INT32: Final = scalar("int32")
INT64: Final = scalar("int64")
MAYBE: Final = scalar("string", optional=True)

ORDER: Final = struct(
    {
        "id": INT64,
        "name": STRING,
        "note": MAYBE,
        "price": scalar("float64"),
        "paid": scalar("boolean"),
        "when": TIMESTAMP,
    },
    name="Order",
    version=7,
    doc="An order.",
    parameters={"owner": "shop"},
)
ORDER_PAYLOAD: Final = {
    "id": 7, "name": "tea", "note": None, "price": 2.5, "paid": True, "when": {"$date": WHEN},
}  # fmt: skip
FREE: Final = {"id": 7, "name": "tea", "note": None, "price": 2.5, "paid": True}

ORDERED: Final = record(data(ORDER_PAYLOAD, ORDER))
SCHEMALESS: Final = record(data(FREE))
NESTED: Final = struct(
    {
        "id": INT64,
        "buyer": struct(
            {"name": STRING, "address": struct({"city": MAYBE, "zip.code": STRING}, optional=True)},
            name="Buyer",
        ),
    }
)
NESTED_PAYLOAD: Final = {
    "id": 1,
    "buyer": {"name": "Ada", "address": {"city": "London", "zip.code": "E1"}},
}
WITH_DEFAULT: Final = struct(
    {
        "id": INT64,
        "colour": scalar("string", optional=True, default="red"),
        "count": scalar("int32", optional=True, default=5),
    }
)
DEFAULTED: Final = record(data({"id": 1, "colour": None, "count": None}, WITH_DEFAULT))
KEPT: Final = {"replace.null.with.default": "false"}


def _cast() -> list[Json]:
    cases = []
    values = {
        "int8": (scalar("int8"), 5),
        "int32": (INT32, 70_000),
        "int32 negative": (INT32, -129),
        "int64": (INT64, 5_000_000_000),
        "float32": (scalar("float32"), 1.5),
        "float64": (scalar("float64"), -2.9),
        "float64 large": (scalar("float64"), 1e300),
        "float64 whole": (scalar("float64"), 100.0),
        "float64 tiny": (scalar("float64"), 1.5e-7),
        "float64 ten million": (scalar("float64"), 12_345_678.9),
        "boolean": (scalar("boolean"), True),
        "string 12": (STRING, "12"),
        "string 300": (STRING, "300"),
        "string 1.5": (STRING, "1.5"),
        "string true": (STRING, "TRUE"),
        "string word": (STRING, "word"),
        "string spaces": (STRING, " 12 "),
        "string plus": (STRING, "+12"),
        "string underscore": (STRING, "1_2"),
        "bytes": (scalar("bytes"), {"$bytes": "AAEC"}),
        "decimal": (DECIMAL, {"$decimal": "12.50"}),
        "date": (DATE, {"$date": 18_131 * DAY}),
        "time": (TIME, {"$date": 52_494_346}),
        "timestamp": (TIMESTAMP, {"$date": WHEN}),
        "timestamp at midnight": (TIMESTAMP, {"$date": 18_131 * DAY}),
        "array": (array(STRING), ["a"]),
    }
    for target in ("int8", "int16", "int32", "int64", "float32", "float64", "boolean", "string"):
        for name, (schema, payload) in values.items():
            cases.append(
                case(
                    "Cast$Value",
                    f"{name} to {target}",
                    {"spec": target},
                    record(data(payload, schema)),
                )
            )
    for name, payload in {
        "long": 300, "double": 2.7, "text": "12", "true": True, "map": {"a": 1}, "list": [1],
        "bytes": {"$bytes": "AAEC"}, "decimal": {"$decimal": "12.50"}, "date": {"$date": WHEN},
    }.items():  # fmt: skip
        for target in ("int8", "string", "boolean", "float64"):
            cases.append(
                case(
                    "Cast$Value",
                    f"schemaless {name} to {target}",
                    {"spec": target},
                    record(data(payload)),
                )
            )
    spec = {"spec": "id:string,price:int32,paid:int8,when:string"}
    return [
        *cases,
        case("Cast$Value", "fields", spec, ORDERED),
        case("Cast$Value", "fields schemaless", {"spec": "id:string,price:int32"}, SCHEMALESS),
        case("Cast$Value", "absent field schemaless", {"spec": "nope:string"}, SCHEMALESS),
        case("Cast$Value", "absent field", {"spec": "nope:string"}, ORDERED),
        case("Cast$Value", "null field", {"spec": "note:int32"}, ORDERED),
        case("Cast$Value", "null value", {"spec": "string"}, record(data(None, MAYBE))),
        case("Cast$Value", "defaults", {"spec": "count:string"}, DEFAULTED),
        case("Cast$Value", "defaults kept null", {"spec": "count:string"} | KEPT, DEFAULTED),
        case(
            "Cast$Value",
            "optional default",
            {"spec": "string"},
            record(data(5, scalar("int32", optional=True, default=3))),
        ),
        case(
            "Cast$Value",
            "named",
            {"spec": "string"},
            record(data(5, scalar("int32", name="N", version=2, doc="d"))),
        ),
        case("Cast$Value", "not a struct", {"spec": "a:string"}, record(data("x", STRING))),
        case("Cast$Value", "not a map", {"spec": "a:string"}, record(data("x"))),
        case("Cast$Key", "key", {"spec": "string"}, record(key=data(5, INT64))),
        case("Cast$Value", "no spec", {}, ORDERED),
        case("Cast$Value", "empty spec", {"spec": ""}, ORDERED),
        case("Cast$Value", "unknown type", {"spec": "a:decimal"}, ORDERED),
        case("Cast$Value", "unknown whole type", {"spec": "faux"}, ORDERED),
        case("Cast$Value", "to bytes", {"spec": "bytes"}, ORDERED),
        case("Cast$Value", "field to array", {"spec": "a:array"}, ORDERED),
        case("Cast$Value", "two whole", {"spec": "int8,int16"}, ORDERED),
        case("Cast$Value", "three parts", {"spec": "a:b:c"}, ORDERED),
        case("Cast$Value", "spaces and case", {"spec": " id : STRING , price:Int32"}, ORDERED),
    ]


def _headers() -> list[Json]:
    several = [
        {"key": "a", **data(1, INT32)},
        {"key": "b", **data("x", STRING)},
        {"key": "a", **data(2, INT32)},
    ]
    headed = ORDERED | {"headers": several}
    both = {"fields": "id,name", "headers": "h1,h2"}
    literals = [
        "",
        "abc",
        "1",
        "127",
        "128",
        "40000",
        "3000000000",
        "99999999999999999999",
        "1.5",
        "1e5",
        "1.23456789012",
        "true",
        "false",
        "True",
        "2019-08-23",
        "14:34:54.346Z",
        "2019-08-23T14:34:54.346Z",
        "[1,2,3]",
        "[1, 2.5]",
        '["x","y"]',
        '{"a":1,"b":2}',
        '{"a":[1,2]}',
        '"quoted"',
        " 12 ",
        "-5",
        "+5",
        "NaN",
        "0x10",
        "1f",
        "[1,2",
        "a,b",
        "007",
        "100.00",
        "3.4e39",
        "[true,false]",
        "{1:2}",
        "[300,1]",
        "[1,,2]",
        ",",
        "[2019-08-23]",
        "1.0",
        '["a\\"b"]',
        "0.1",
        "2019-13-40",
        "[]",
        "{}",
        '[1,"a"]',
        "-129",
        "1e400",
    ]
    return [
        case("DropHeaders", "one of two names", {"headers": "a"}, headed),
        case("DropHeaders", "two", {"headers": "a,b"}, headed),
        case("DropHeaders", "absent", {"headers": "z"}, headed),
        case("DropHeaders", "none named", {"headers": ""}, headed),
        case("DropHeaders", "required", {}, headed),
        case("HeaderFrom$Value", "copy", both | {"operation": "copy"}, ORDERED),
        case("HeaderFrom$Value", "move", both | {"operation": "move"}, headed),
        case("HeaderFrom$Value", "copy schemaless", both | {"operation": "copy"}, SCHEMALESS),
        case("HeaderFrom$Value", "move schemaless", both | {"operation": "move"}, SCHEMALESS),
        case(
            "HeaderFrom$Value",
            "absent schemaless",
            {"fields": "nope", "headers": "h", "operation": "move"},
            SCHEMALESS,
        ),
        case(
            "HeaderFrom$Value",
            "absent",
            {"fields": "nope", "headers": "h", "operation": "copy"},
            ORDERED,
        ),
        case("HeaderFrom$Value", "null value", both | {"operation": "copy"}, record()),
        case(
            "HeaderFrom$Value",
            "unequal lists",
            {"fields": "a", "headers": "h,i", "operation": "copy"},
            ORDERED,
        ),
        case("HeaderFrom$Value", "no such operation", both | {"operation": "swap"}, ORDERED),
        case(
            "HeaderFrom$Value",
            "empty list",
            {"fields": "", "headers": "", "operation": "copy"},
            ORDERED,
        ),
        case(
            "HeaderFrom$Value",
            "default",
            {"fields": "colour", "headers": "h", "operation": "move"},
            DEFAULTED,
        ),
        case(
            "HeaderFrom$Value",
            "default kept null",
            {"fields": "colour", "headers": "h", "operation": "move"} | KEPT,
            DEFAULTED,
        ),
        case(
            "HeaderFrom$Key",
            "key",
            {"fields": "a", "headers": "h", "operation": "move"},
            record(key=data({"a": 1, "b": 2})),
        ),
        *(
            case("InsertHeader", f"literal {text}", {"header": "h", "value.literal": text}, headed)
            for text in literals
        ),
        case("InsertHeader", "no literal", {"header": "h"}, headed),
    ]


def _fields() -> list[Json]:
    v2 = {"field.syntax.version": "V2"}
    nested = record(data(NESTED_PAYLOAD, NESTED))
    nested_free = record(data(NESTED_PAYLOAD))
    short = {"id": 1, "buyer": {"name": "Ada", "address": None}}
    headless = record(data(short, NESTED))
    headless_free = record(data(short))
    paths = {
        "name": "buyer.name", "city": "buyer.address.city", "dotted": "buyer.address.`zip.code`",
        "absent": "buyer.nope", "absent parent": "nope.name", "through a scalar": "id.name",
        "open backtick": "buyer.`zip", "whole struct": "buyer", "trailing dot": "buyer.",
        "empty": "", "needless backticks": "`buyer`.`name`",
    }  # fmt: skip
    return [
        case("ExtractField$Value", "top", {"field": "name"}, ORDERED),
        case("ExtractField$Value", "top schemaless", {"field": "name"}, SCHEMALESS),
        case("ExtractField$Value", "absent", {"field": "nope"}, ORDERED),
        case("ExtractField$Value", "absent schemaless", {"field": "nope"}, SCHEMALESS),
        case(
            "ExtractField$Value",
            "null",
            {"field": "name"},
            record(data(None, ORDER | {"optional": True})),
        ),
        case("ExtractField$Value", "null schemaless", {"field": "name"}, record()),
        case("ExtractField$Value", "not a struct", {"field": "name"}, record(data("x", STRING))),
        case("ExtractField$Value", "not a map", {"field": "name"}, record(data(5))),
        case("ExtractField$Value", "V1 takes dots as they are", {"field": "buyer.name"}, nested),
        case("ExtractField$Value", "default", {"field": "colour"}, DEFAULTED),
        case("ExtractField$Value", "default kept null", {"field": "colour"} | KEPT, DEFAULTED),
        case(
            "ExtractField$Value",
            "no such version",
            {"field": "a", "field.syntax.version": "V3"},
            ORDERED,
        ),
        case(
            "ExtractField$Value",
            "version in lower case",
            {"field": "buyer.name", "field.syntax.version": "v2"},
            nested,
        ),
        case("ExtractField$Key", "key", {"field": "a"}, record(key=data({"a": 1}))),
        *(
            case("ExtractField$Value", f"V2 {name}", v2 | {"field": path}, nested)
            for name, path in paths.items()
        ),
        *(
            case("ExtractField$Value", f"V2 schemaless {name}", v2 | {"field": path}, nested_free)
            for name, path in paths.items()
        ),
        case(
            "ExtractField$Value", "V2 null parent", v2 | {"field": "buyer.address.city"}, headless
        ),
        case(
            "ExtractField$Value",
            "V2 null parent schemaless",
            v2 | {"field": "buyer.address.city"},
            headless_free,
        ),
        *(
            case(
                "ExtractField$Value",
                f"V2 path {path}",
                v2 | {"field": path},
                record(data({name: {"x": 1}})),
            )
            for path, name in {
                "`a.b`.x": "a.b",
                "`a`b`.x": "a`b",
                "`a\\`.b`.x": "a`.b",
                "a`b.x": "a`b",
                "`a.b": "a",
                "`a.b`x": "a",
                "`a.b\\`": "a",
                "a..x": "a",
            }.items()
        ),
        case("HoistField$Value", "schema", {"field": "whole"}, ORDERED),
        case("HoistField$Value", "schemaless", {"field": "whole"}, SCHEMALESS),
        case("HoistField$Value", "null schemaless", {"field": "whole"}, record()),
        case("HoistField$Value", "null optional", {"field": "whole"}, record(data(None, MAYBE))),
        case("HoistField$Key", "key", {"field": "id"}, record(key=data(5, INT64))),
        case("ValueToKey", "schema", {"fields": "id,when"}, ORDERED),
        case("ValueToKey", "schemaless", {"fields": "id,name"}, SCHEMALESS),
        case("ValueToKey", "absent", {"fields": "nope"}, ORDERED),
        case("ValueToKey", "absent schemaless", {"fields": "nope"}, SCHEMALESS),
        case("ValueToKey", "null value", {"fields": "id"}, record()),
        case("ValueToKey", "not a struct", {"fields": "id"}, record(data("x", STRING))),
        case("ValueToKey", "empty", {"fields": ""}, ORDERED),
        case("ValueToKey", "default", {"fields": "colour"}, DEFAULTED),
        case("ValueToKey", "default kept null", {"fields": "colour"} | KEPT, DEFAULTED),
        case(
            "ValueToKey",
            "a key there already",
            {"fields": "id"},
            ORDERED | {"key": data("k", STRING)},
        ),
    ]


def _shape() -> list[Json]:
    deep = struct(
        {
            "a": struct({"b": INT32, "c": struct({"d": MAYBE}, optional=True)}),
            "e": scalar("bytes"),
            "f": DECIMAL,
        },
        name="Deep",
    )
    deep_payload = {
        "a": {"b": 1, "c": {"d": "x"}}, "e": {"$bytes": "AA=="}, "f": {"$decimal": "1.00"},
    }  # fmt: skip
    hole = {"a": {"b": 1, "c": None}, "e": {"$bytes": "AA=="}, "f": {"$decimal": "1.00"}}
    maybe = struct({"a": struct({"b": INT32}, optional=True), "c": INT32})
    defaulted = struct(
        {"a": struct({"b": scalar("int32", optional=True, default=9), "c": INT32}, optional=True)},
        optional=True,
    )
    free = {"a": {"b": 1, "c": {"d": "x"}}, "e": None, "g": 2}
    renames = {"renames": "id:number,name:title"}
    return [
        case("Flatten$Value", "structs", {}, record(data(deep_payload, deep))),
        case("Flatten$Value", "delimiter", {"delimiter": "_"}, record(data(deep_payload, deep))),
        case("Flatten$Value", "a null struct", {}, record(data(hole, deep))),
        case("Flatten$Value", "optional struct", {}, record(data({"a": {"b": 1}, "c": 2}, maybe))),
        case("Flatten$Value", "optional struct null", {}, record(data({"a": None, "c": 2}, maybe))),
        case("Flatten$Value", "defaults", {}, record(data({"a": {"b": None, "c": 1}}, defaulted))),
        case("Flatten$Value", "schemaless", {}, record(data(free))),
        case(
            "Flatten$Value",
            "schemaless after a null",
            {},
            record(data({"a": {"b": None, "c": 1}, "d": 2})),
        ),
        case("Flatten$Value", "empty map within", {}, record(data({"a": {}, "d": 2}))),
        case("Flatten$Value", "array schemaless", {}, record(data({"a": {"b": [1, 2]}}))),
        case("Flatten$Value", "date schemaless", {}, record(data({"a": {"b": {"$date": WHEN}}}))),
        case(
            "Flatten$Value", "array", {}, record(data({"a": ["x"]}, struct({"a": array(STRING)})))
        ),
        case(
            "Flatten$Value",
            "map",
            {},
            record(data({"a": {"x": "y"}}, struct({"a": mapping(STRING, STRING)}))),
        ),
        case("Flatten$Value", "null", {}, record()),
        case(
            "Flatten$Value", "null with schema", {}, record(data(None, ORDER | {"optional": True}))
        ),
        case("Flatten$Value", "not a struct", {}, record(data("x", STRING))),
        case("Flatten$Key", "key", {"delimiter": "/"}, record(key=data({"a": {"b": 1}}))),
        case("ReplaceField$Value", "exclude", {"exclude": "price,paid,when"}, ORDERED),
        case("ReplaceField$Value", "include", {"include": "id,name"}, ORDERED),
        case("ReplaceField$Value", "both", {"include": "id,name", "exclude": "name"}, ORDERED),
        case("ReplaceField$Value", "renames", renames, ORDERED),
        case(
            "ReplaceField$Value", "renames and include", renames | {"include": "id,note"}, ORDERED
        ),
        case("ReplaceField$Value", "schemaless", renames | {"exclude": "paid"}, SCHEMALESS),
        case(
            "ReplaceField$Value",
            "swap",
            {"renames": "a:b,b:a"},
            record(data({"a": 1, "b": "x"}, struct({"a": INT32, "b": STRING}))),
        ),
        case(
            "ReplaceField$Value",
            "swap schemaless",
            {"renames": "a:b,b:a"},
            record(data({"a": 1, "b": "x"})),
        ),
        case("ReplaceField$Value", "nothing asked", {}, ORDERED),
        case("ReplaceField$Value", "null", renames, record()),
        case("ReplaceField$Value", "default", {"renames": "colour:color"}, DEFAULTED),
        case(
            "ReplaceField$Value", "default kept null", {"renames": "colour:color"} | KEPT, DEFAULTED
        ),
        case("ReplaceField$Value", "bad rename", {"renames": "a"}, ORDERED),
        case("ReplaceField$Value", "not a struct", renames, record(data("x", STRING))),
        case("ReplaceField$Key", "key", {"include": "a"}, record(key=data({"a": 1, "b": 2}))),
        case("SetSchemaMetadata$Value", "name", {"schema.name": "New"}, ORDERED),
        case("SetSchemaMetadata$Value", "version", {"schema.version": "9"}, ORDERED),
        case(
            "SetSchemaMetadata$Value",
            "both",
            {"schema.name": "N", "schema.version": "1"},
            record(data([1], array(INT32))),
        ),
        case("SetSchemaMetadata$Value", "null", {"schema.name": "N"}, record()),
        case("SetSchemaMetadata$Value", "schemaless", {"schema.name": "N"}, SCHEMALESS),
        case("SetSchemaMetadata$Value", "neither", {}, ORDERED),
        case("SetSchemaMetadata$Value", "default", {"schema.name": "N"}, DEFAULTED),
        case(
            "SetSchemaMetadata$Value", "default kept null", {"schema.name": "N"} | KEPT, DEFAULTED
        ),
        case("SetSchemaMetadata$Value", "version no number", {"schema.version": "x"}, ORDERED),
        case("SetSchemaMetadata$Key", "key", {"schema.name": "K"}, record(key=data(1, INT64))),
    ]


def _insert_and_mask() -> list[Json]:
    every = {
        "topic.field": "t", "partition.field": "p!", "offset.field": "o?", "timestamp.field": "ts",
        "static.field": "s!", "static.value": "here",
    }  # fmt: skip
    types = struct(
        {
            "i8": scalar("int8"),
            "i16": scalar("int16"),
            "i32": INT32,
            "i64": INT64,
            "f32": scalar("float32"),
            "f64": scalar("float64"),
            "b": scalar("boolean"),
            "s": STRING,
            "list": array(STRING),
            "map": mapping(STRING, STRING),
            "when": TIMESTAMP,
            "money": DECIMAL,
            "raw": scalar("bytes"),
            "in": struct({"x": INT32}),
        }
    )
    typed = {
        "i8": 1, "i16": 2, "i32": 3, "i64": 4, "f32": 1.5, "f64": 2.5, "b": True, "s": "x",
        "list": ["a"], "map": {"k": "v"}, "when": {"$date": WHEN}, "money": {"$decimal": "12.50"},
        "raw": {"$bytes": "AAEC"}, "in": {"x": 1},
    }  # fmt: skip
    whole = record(data(typed, types))
    free = {
        "i": 1, "d": 2.5, "b": True, "s": "x", "list": [1], "map": {"k": "v"},
        "when": {"$date": WHEN}, "money": {"$decimal": "12.50"}, "none": None,
        "raw": {"$bytes": "AAEC"},
    }  # fmt: skip
    masks = [
        "i8",
        "i16",
        "i32",
        "i64",
        "f32",
        "f64",
        "b",
        "s",
        "list",
        "map",
        "when",
        "money",
        "raw",
        "in",
    ]
    texts = ["123", "300", "1.5", "word", "-1", "12.0", "", "3.4e39"]
    return [
        case("InsertField$Value", "all", every, ORDERED),
        case("InsertField$Value", "all schemaless", every, SCHEMALESS),
        case("InsertField$Value", "nothing asked", {}, ORDERED),
        case("InsertField$Value", "static without a value", {"static.field": "s"}, ORDERED),
        case("InsertField$Value", "static value without a field", {"static.value": "s"}, ORDERED),
        case(
            "InsertField$Value",
            "static alone",
            {"static.field": "s", "static.value": "v"},
            SCHEMALESS,
        ),
        case("InsertField$Value", "tombstone", every, record()),
        case(
            "InsertField$Value",
            "null with schema",
            every,
            record(data(None, ORDER | {"optional": True})),
        ),
        case(
            "InsertField$Value",
            "offset in a source",
            {"offset.field": "o"},
            ORDERED | {"kind": "source"},
        ),
        case(
            "InsertField$Value",
            "source without partition and timestamp",
            {"partition.field": "p", "timestamp.field": "ts"},
            ORDERED | {"kind": "source", "partition": None, "timestamp": None},
        ),
        case(
            "InsertField$Value",
            "required partition missing",
            {"partition.field": "p!"},
            ORDERED | {"kind": "source", "partition": None},
        ),
        case(
            "InsertField$Value",
            "source without partition schemaless",
            {"partition.field": "p", "timestamp.field": "ts"},
            SCHEMALESS | {"kind": "source", "partition": None, "timestamp": None},
        ),
        case(
            "InsertField$Value",
            "over a field",
            {"static.field": "name", "static.value": "v"},
            ORDERED,
        ),
        case(
            "InsertField$Value",
            "over a field schemaless",
            {"static.field": "name", "static.value": "v"},
            SCHEMALESS,
        ),
        case("InsertField$Value", "not a struct", {"topic.field": "t"}, record(data("x", STRING))),
        case("InsertField$Value", "not a map", {"topic.field": "t"}, record(data("x"))),
        case("InsertField$Value", "default", {"topic.field": "t"}, DEFAULTED),
        case("InsertField$Value", "default kept null", {"topic.field": "t"} | KEPT, DEFAULTED),
        case("InsertField$Key", "null key", {"topic.field": "t"}, record()),
        case("InsertField$Key", "key", {"topic.field": "t"}, record(key=data({"a": 1}))),
        *(case("MaskField$Value", f"{name}", {"fields": name}, whole) for name in masks),
        *(
            case("MaskField$Value", f"schemaless {name}", {"fields": name}, record(data(free)))
            for name in free
        ),
        *(
            case(
                "MaskField$Value", f"{name} by {text}", {"fields": name, "replacement": text}, whole
            )
            for name in masks
            for text in texts[: 4 if name in ("list", "map") else 8]
        ),
        *(
            case(
                "MaskField$Value",
                f"schemaless {name} by {text}",
                {"fields": name, "replacement": text},
                record(data(free)),
            )
            for name in free
            for text in ("7", "word")
        ),
        case("MaskField$Value", "absent", {"fields": "nope"}, ORDERED),
        case("MaskField$Value", "absent schemaless", {"fields": "nope"}, SCHEMALESS),
        case("MaskField$Value", "null", {"fields": "a"}, record()),
        case("MaskField$Value", "not a struct", {"fields": "a"}, record(data("x", STRING))),
        case("MaskField$Value", "default", {"fields": "colour"}, DEFAULTED),
        case("MaskField$Value", "default kept null", {"fields": "colour"} | KEPT, DEFAULTED),
        case("MaskField$Key", "key", {"fields": "a"}, record(key=data({"a": "x"}))),
    ]


def _time() -> list[Json]:
    date, time, stamp = {"$date": 18_131 * DAY}, {"$date": 52_494_346}, {"$date": WHEN}
    text = "yyyy-MM-dd HH:mm:ss.SSS"
    sources = {
        "date": (DATE, date), "time": (TIME, time), "timestamp": (TIMESTAMP, stamp),
        "string": (STRING, "2019-08-23 14:34:54.346"), "unix": (INT64, WHEN),
        "before 1970": (INT64, -1), "wrong text": (STRING, "yesterday"), "int32": (INT32, 5),
        "null": (INT64 | {"optional": True}, None),
    }  # fmt: skip
    formats = [
        "yyyy",
        "yy",
        "y",
        "M",
        "MM",
        "MMM",
        "MMMM",
        "d",
        "dd",
        "D",
        "DDD",
        "E",
        "EEEE",
        "u",
        "H",
        "k",
        "K",
        "h",
        "hh a",
        "m",
        "s",
        "S",
        "SSS",
        "SSSSSS",
        "z",
        "Z",
        "X",
        "XX",
        "XXX",
        "G",
        "w",
        "W",
        "F",
        "Y",
        "'T'",
        "''",
        "yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
        "yyyyMMdd",
        "'literal",
        "Q",
        "yyyy/MM/dd HH",
        "L",
        "LLLL",
        "zzzz",
        "hh:mm:ss a",
        "ww",
        "YYYY-'W'ww",
        "yyyyy",
        "MMddyy",
        "",
    ]
    parses = {
        "yyyy-MM-dd": ["2019-08-23", "2019-8-3", "2019-08-23T10", "2019-02-31", "19-08-23", ""],
        "yyyy-MM-dd'T'HH:mm:ssXXX": ["2019-08-23T14:34:54+02:00", "2019-08-23T14:34:54Z"],
        "yyyy-MM-dd HH:mm:ss Z": ["2019-08-23 14:34:54 +0200", "2019-08-23 14:34:54 UTC"],
        "yyyy-MM-dd HH:mm:ss z": ["2019-08-23 14:34:54 UTC", "2019-08-23 14:34:54 GMT+02:00"],
        "dd MMM yyyy": ["23 Aug 2019", "23 August 2019", "23 aug 2019"],
        "MMM d, yyyy h:mm a": ["Aug 23, 2019 2:34 PM", "Aug 23, 2019 12:00 AM"],
        "yy": ["19", "70", "2019"],
        "yyyyMMddHHmmssSSS": ["20190823143454346"],
        "HH:mm:ss.SSS": ["14:34:54.346", "14:34:54.3"],
        "EEE, dd MMM yyyy": ["Fri, 23 Aug 2019", "Mon, 23 Aug 2019"],
        "yyyy DDD": ["2019 235"],
        "MM/dd/yyyy": ["13/01/2019", " 01/02/2019"],
        "yyyy-MM-dd HH:mm:ss": ["1969-12-31 23:59:59", "0001-01-01 00:00:00"],
    }
    cases = []
    for target in ("string", "unix", "Date", "Time", "Timestamp"):
        config = {"target.type": target, "format": text}
        for name, (schema, payload) in sources.items():
            cases.append(
                case(
                    "TimestampConverter$Value",
                    f"{name} to {target}",
                    config,
                    record(data(payload, schema)),
                )
            )
            cases.append(
                case(
                    "TimestampConverter$Value",
                    f"schemaless {name} to {target}",
                    config,
                    record(data(payload)),
                )
            )
    for precision in ("seconds", "milliseconds", "microseconds", "nanoseconds"):
        unix = {"unix.precision": precision}
        cases += [
            case(
                "TimestampConverter$Value",
                f"to {precision}",
                {"target.type": "unix"} | unix,
                record(data(stamp, TIMESTAMP)),
            ),
            case(
                "TimestampConverter$Value",
                f"to {precision} before 1970",
                {"target.type": "unix"} | unix,
                record(data({"$date": -1}, TIMESTAMP)),
            ),
            case(
                "TimestampConverter$Value",
                f"from {precision}",
                {"target.type": "Timestamp"} | unix,
                record(data(1_566_570_894, INT64)),
            ),
            case(
                "TimestampConverter$Value",
                f"from {precision} before 1970",
                {"target.type": "Timestamp"} | unix,
                record(data(-1, INT64)),
            ),
        ]
    for pattern in formats:
        cases.append(
            case(
                "TimestampConverter$Value",
                f"written as {pattern}",
                {"target.type": "string", "format": pattern},
                record(data(stamp, TIMESTAMP)),
            )
        )
        cases.append(
            case("TimestampRouter", f"written as {pattern}", {"timestamp.format": pattern}, ORDERED)
        )
    for pattern, several in parses.items():
        for one in several:
            cases.append(
                case(
                    "TimestampConverter$Value",
                    f"read {one!r} as {pattern}",
                    {"target.type": "unix", "format": pattern},
                    record(data(one, STRING)),
                )
            )
    field = {"field": "when", "target.type": "string", "format": text}
    defaulted = struct({"when": TIMESTAMP | {"optional": True, "default": 5}, "id": INT64})
    holes = record(data({"when": None, "id": 1}, defaulted))
    return [
        *cases,
        case("TimestampConverter$Value", "a field", field, ORDERED),
        case(
            "TimestampConverter$Value",
            "a field schemaless",
            field,
            record(data({"when": WHEN, "a": 1})),
        ),
        case("TimestampConverter$Value", "an absent field", field | {"field": "nope"}, ORDERED),
        case(
            "TimestampConverter$Value",
            "an absent field schemaless",
            field | {"field": "nope"},
            SCHEMALESS,
        ),
        case(
            "TimestampConverter$Value",
            "a field of null",
            field,
            record(data(None, ORDER | {"optional": True})),
        ),
        case("TimestampConverter$Value", "a field of null schemaless", field, record()),
        case("TimestampConverter$Value", "a field of no map", field, record(data("x"))),
        case("TimestampConverter$Value", "a field of no struct", field, record(data("x", STRING))),
        case(
            "TimestampConverter$Value",
            "an Integer",
            {"target.type": "Date"},
            record(data({"$int": 5})),
        ),
        case("TimestampConverter$Value", "default", field, holes),
        case("TimestampConverter$Value", "default kept null", field | KEPT, holes),
        case("TimestampConverter$Value", "no target", {}, ORDERED),
        case("TimestampConverter$Value", "no such target", {"target.type": "x"}, ORDERED),
        case("TimestampConverter$Value", "no format", {"target.type": "string"}, ORDERED),
        case(
            "TimestampConverter$Value",
            "bad format",
            {"target.type": "string", "format": "bad-format"},
            ORDERED,
        ),
        case(
            "TimestampConverter$Value",
            "bad precision",
            {"target.type": "unix", "unix.precision": "x"},
            ORDERED,
        ),
        case(
            "TimestampConverter$Value",
            "string without a format",
            {"target.type": "unix"},
            record(data("2019", STRING)),
        ),
        case(
            "TimestampConverter$Key",
            "key",
            {"target.type": "unix"},
            record(key=data(stamp, TIMESTAMP)),
        ),
        case("TimestampRouter", "default", {}, ORDERED),
        case(
            "TimestampRouter", "twice", {"topic.format": "${timestamp}-${topic}-${topic}"}, ORDERED
        ),
        case("TimestampRouter", "no timestamp", {}, ORDERED | {"timestamp": None}),
        case(
            "TimestampRouter",
            "topic that looks like a placeholder",
            {},
            ORDERED | {"topic": "${timestamp}"},
        ),
    ]


def _routes() -> list[Json]:
    patterns = [
        ("orders", "new"),
        ("ord", "new"),
        ("(.*)", "$1-copy"),
        ("(or)(.*)", "$2$1"),
        ("o.*", ""),
        ("(?<word>.*)ers", "${word}"),
        ("orders", "\\$1"),
        ("(.*)", "$2"),
        ("(.*)", "a$"),
        ("(.*)", "$10"),
        ("(", "x"),
        ("ORDERS", "x"),
        ("(?i)ORDERS", "y"),
        ("(.)(.*)", "$1$1"),
        ("(x)?orders", "<$1>"),
        ("(.*)", "${nope}"),
        ("(.*)", "a\\"),
        ("(.*)", "$x"),
    ]
    return [
        *(
            case(
                "RegexRouter", f"{regex} to {text}", {"regex": regex, "replacement": text}, ORDERED
            )
            for regex, text in patterns
        ),
        case("RegexRouter", "no replacement", {"regex": "a"}, ORDERED),
        case("Filter", "any record", {}, ORDERED),
    ]


def _predicates() -> list[Json]:
    headed = ORDERED | {"headers": [{"key": "a", **data(1, INT32)}]}
    tests = [
        ("HasHeaderKey", "there", {"name": "a"}, headed),
        ("HasHeaderKey", "absent", {"name": "b"}, headed),
        ("HasHeaderKey", "empty name", {"name": ""}, headed),
        ("RecordIsTombstone", "null", {}, record()),
        ("RecordIsTombstone", "null with schema", {}, record(data(None, MAYBE))),
        ("RecordIsTombstone", "value", {}, ORDERED),
        ("TopicNameMatches", "whole", {"pattern": "ord.*"}, ORDERED),
        ("TopicNameMatches", "part", {"pattern": "ord"}, ORDERED),
        ("TopicNameMatches", "bad", {"pattern": "("}, ORDERED),
        ("TopicNameMatches", "empty", {"pattern": ""}, ORDERED),
    ]
    return [
        case(plugin, name, config, of) | {"predicate": True} for plugin, name, config, of in tests
    ]


CASES: Final[list[Json]] = [
    *_cast(),
    *_headers(),
    *_fields(),
    *_shape(),
    *_insert_and_mask(),
    *_time(),
    *_routes(),
    *_predicates(),
]
