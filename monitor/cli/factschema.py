"""The JSON Schema of what `monitor extract --json` prints, made from the nouns themselves."""

import re
from typing import Any

from pydantic import TypeAdapter

from monitor.model.facts import Facts

_ATTRIBUTE = re.compile(r" {4}(\w+(?:, \w+)*): (.+)")
VERSION = 1
"""Rises when a field changes its meaning or goes away, not when one is added."""


def facts_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of one document's key facts."""
    made = TypeAdapter(Facts).json_schema(mode="serialization")
    made = _trimmed(made)
    made["properties"] = {"schema": {"const": VERSION, "description": "Version of this schema."}, **made["properties"]}
    made["required"] = ["schema", *made["properties"].keys() - {"schema"}]
    made["required"].sort(key=list(made["properties"]).index)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Key facts of one article, version {VERSION}",
        **{key: value for key, value in made.items() if key != "title"},
    }


def _trimmed(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Without the titles and defaults that say nothing; every field of a noun is written, so all are required."""
    if isinstance(value, list):
        return [_trimmed(item) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {
        key: {name: _trimmed(field) for name, field in item.items()} if key == "properties" else _trimmed(item)
        for key, item in value.items()
        if key not in {"title", "default"} or not isinstance(item, str | int | float | bool | list | None)
    }
    if "properties" in kept:
        kept["required"] = list(kept["properties"])
        about, fields = _described(str(value.get("description", "")))
        kept["description"] = about
        for name, told in fields.items():
            if name in kept["properties"]:
                kept["properties"][name] = {**kept["properties"][name], "description": told}
    return kept


def _described(docstring: str) -> tuple[str, dict[str, str]]:
    """What a noun is, and what its attributes are, of a docstring with an Attributes section."""
    about, _, listed = docstring.partition("Attributes:")
    fields: dict[str, str] = {}
    names: list[str] = []
    for line in listed.splitlines():
        match = _ATTRIBUTE.match(line)
        if match is not None:
            names = match.group(1).split(", ")
            fields.update(dict.fromkeys(names, match.group(2)))
        elif line.strip():
            fields.update({name: f"{fields[name]} {line.strip()}" for name in names})
    return " ".join(about.split()), fields
