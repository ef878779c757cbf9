"""The reference of the rule language in Markdown, made from the schema, so that it says what the code takes."""

import re
from collections.abc import Iterator
from typing import Any

from monitor.rules.jsonschema import Schema, rule_file_schema

_TERMS = "terms and conditions, one or a list"


def reference() -> str:
    """The page docs/rules-reference.md."""
    schema = rule_file_schema()
    rule, condition = schema["$defs"]["rule"], schema["$defs"]["condition"]
    conditions = set(condition["properties"])
    settings = {key: value for key, value in rule["properties"].items() if key not in conditions}
    example = next(one for one in rule["properties"]["tests"]["properties"]["match"]["anyOf"][0]["anyOf"] if _keys(one))
    lines = [
        "# Reference of the rule language",
        "",
        "Every key a rule file may have, made from the schema by `monitor rules schema --markdown`. How they work",
        "together, with examples, is told in [Watch rules](rules.md).",
        *_section("The file", schema["properties"]),
        "",
        "`defaults` takes the settings of a rule and the attributes of an article:",
        f"{', '.join(f'`{key}`' for key in schema['properties']['defaults']['properties'])}.",
        *_section("A rule", settings),
        *_section("Conditions, in a rule and inside one another", condition["properties"]),
    ]
    for key, value in {**settings, **condition["properties"]}.items():
        inside = next((one for one in value.get("anyOf", [value]) if _keys(one)), None)
        if inside is not None:
            lines += _section(f"`{key}` as a mapping", _keys(inside))
    lines += _section("An example under `match` or `no_match`, as a mapping", _keys(example))
    return "\n".join(lines) + "\n"


def _keys(schema: Schema) -> dict[str, Schema]:
    keys: dict[str, Schema] = schema.get("properties", {})
    return keys


def _section(title: str, keys: dict[str, Schema]) -> Iterator[str]:
    yield from ("", f"## {title}", "", "| key | takes | meaning | default |", "|---|---|---|---|")
    for key, value in keys.items():
        default = f"`{_plain(value['default'])}`" if "default" in value else ""
        meaning = re.sub(r"([|*])", r"\\\1", value["description"])
        yield f"| `{key}` | {_takes(value)} | {meaning} | {default} |"


def _takes(schema: Schema) -> str:
    """What may stand there, in words."""
    if schema.get("$ref") == "#/$defs/terms":
        words = _TERMS
    elif "anyOf" in schema:
        words = _either(schema["anyOf"])
    elif "enum" in schema:
        words = " or ".join(f"`{_plain(one)}`" for one in _once(schema["enum"]))
    elif schema.get("type") == "integer":
        words = f"a whole number, {_range(schema)}"
    elif schema.get("type") == "object":
        words = "a mapping"
    elif schema.get("type") == "array":
        words = "a list"
    else:
        words = (
            "a number"
            if schema.get("type") == "number"
            else "yes or no"
            if schema.get("type") == "boolean"
            else "a text"
        )
    return words


def _either(choices: list[Schema]) -> str:
    several = any(choice.get("type") == "array" for choice in choices)
    words = [_takes(choice) for choice in choices if choice.get("type") != "array"]
    words = [f"{words[0]}, one or a list", *words[1:]] if several and words else words
    return ", or ".join(dict.fromkeys(words))


def _range(schema: Schema) -> str:
    least, most = schema["minimum"], schema.get("maximum")
    return f"{least:,} to {most:,}" if most is not None else f"{least} or more"


def _once(values: list[Any]) -> list[Any]:
    """Spellings in capitals are left out where the same stands in small letters, and false where off does."""
    small = [
        value for value in values if not (isinstance(value, str) and value.lower() != value and value.lower() in values)
    ]
    return [value for value in small if not (value is False and "off" in values)]


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
