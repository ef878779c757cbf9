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
from tests.support.json_schema import fits

ROOT = Path(__file__).parents[3]
SHIPPED = sorted((ROOT / "rules").rglob("*.yaml"))
EXAMPLES = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "rules.md").read_text(), re.DOTALL)
BROKEN = {case["name"]: case["file"] for case in YAML(typ="safe").load(
    (ROOT / "tests" / "data" / "rules" / "broken.yaml").read_text()
)}  # fmt: skip


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
