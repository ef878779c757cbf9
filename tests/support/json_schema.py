"""A small check of JSON values against a schema, so that the tests need no library for it."""

import re
from typing import Any

TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}


def fits(value: Any, schema: dict[str, Any], root: dict[str, Any]) -> bool:
    """Whether a value is as a schema wants it; as much of JSON Schema as ours use. `root` holds the definitions."""
    if "$ref" in schema:
        return fits(value, root["$defs"][schema["$ref"].rpartition("/")[2]], root)
    kinds = schema.get("type", [])
    checks = [
        "anyOf" not in schema or any(fits(value, one, root) for one in schema["anyOf"]),
        value in schema.get("enum", [value]),
        value == schema.get("const", value),
        not kinds or any(isinstance(value, TYPES[kind]) for kind in ([kinds] if isinstance(kinds, str) else kinds)),
    ]
    if isinstance(value, str):
        checks.append(bool(re.search(schema.get("pattern", ""), value)))
    elif isinstance(value, int):
        checks.append(schema.get("minimum", value) <= value <= schema.get("maximum", value))
    elif isinstance(value, list):
        checks += [len(value) >= schema.get("minItems", 0), *(fits(i, schema.get("items", {}), root) for i in value)]
    elif isinstance(value, dict):
        known, rest = schema.get("properties", {}), schema.get("additionalProperties", {})
        checks += [key in value for key in schema.get("required", ())]
        checks.append(len(value) >= schema.get("minProperties", 0))
        for key, inside in value.items():
            allowed = known.get(key, rest)
            checks.append(allowed is not False and fits(inside, allowed, root))
    return all(checks)
