"""The schema takes what the reader takes, and is the one that is shipped."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

import monitor.rules
from monitor.rules.conditions import CONDITION_KEYS
from monitor.rules.jsonschema import rule_file_schema
from monitor.rules.reference import reference
from monitor.rules.schema import DEFAULT_KEYS, RULE_KEYS

ROOT = Path(__file__).parents[3]
SHIPPED = sorted((ROOT / "rules").rglob("*.yaml"))
EXAMPLES = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "rules.md").read_text(), re.DOTALL)
BROKEN = {case["name"]: case["file"] for case in YAML(typ="safe").load(
    (ROOT / "tests" / "data" / "rules" / "broken.yaml").read_text()
)}  # fmt: skip
TYPES = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "boolean": bool}


def fits(value: Any, schema: dict[str, Any], root: dict[str, Any]) -> bool:
    """As much of JSON Schema as ours uses."""
    if "$ref" in schema:
        return fits(value, root["$defs"][schema["$ref"].rpartition("/")[2]], root)
    kinds = schema.get("type", [])
    checks = [
        "anyOf" not in schema or any(fits(value, one, root) for one in schema["anyOf"]),
        value in schema.get("enum", [value]),
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


def read(text: str) -> Any:
    return json.loads(json.dumps(YAML(typ="safe", pure=True).load(text), default=str))


def test_the_shipped_schema_is_the_one_the_code_makes():
    shipped = Path(monitor.rules.__file__).with_name("rules.schema.json")
    assert json.loads(shipped.read_text()) == rule_file_schema(), "write it anew: monitor rules schema > " + str(
        shipped
    )


def test_the_reference_is_the_one_the_code_makes():
    page = ROOT / "docs" / "rules-reference.md"
    assert page.read_text() == reference(), f"write it anew: monitor rules schema --markdown > {page}"


@pytest.mark.parametrize("text", [*(path.read_text() for path in SHIPPED), *EXAMPLES])
def test_good_files_fit(text):
    schema = rule_file_schema()
    assert fits(read(text), schema, schema)


@pytest.mark.parametrize(
    "name", ["unknown key", "boolean words of other tools", "not a mapping", "wrong types", "wrong values", "tests"]
)
def test_broken_files_do_not_fit(name):
    schema = rule_file_schema()
    assert not fits(read(BROKEN[name]), schema, schema)


def test_every_key_is_described():
    schema = rule_file_schema()
    rule, condition = schema["$defs"]["rule"]["properties"], schema["$defs"]["condition"]["properties"]
    assert set(rule) == set(RULE_KEYS)
    assert set(condition) == set(CONDITION_KEYS)
    assert set(schema["properties"]["defaults"]["properties"]) == set(DEFAULT_KEYS)
    assert [key for key, value in {**rule, **condition}.items() if "description" not in value] == []


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_shipped_files_name_the_schema(path):
    where = re.match(r"# yaml-language-server: \$schema=(\S+)\n", path.read_text())
    assert (path.parent / where[1]).resolve() == (ROOT / "monitor" / "rules" / "rules.schema.json")
