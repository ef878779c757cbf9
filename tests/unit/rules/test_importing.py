from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from monitor.rules.importing import import_keywords, import_queries, import_table
from monitor.rules.schema import parse

READ = YAML(typ="safe", pure=True)
CASES = READ.load((Path(__file__).parents[2] / "data" / "rules" / "imports.yaml").read_text())
READERS = {"queries": import_queries, "table": import_table}


@pytest.mark.parametrize("case", CASES, ids=[case["text"] for case in CASES])
def test_imported_rules_are_what_the_table_says(case):
    imported = READERS[case["from"]](case["text"])
    rules = READ.load(imported.yaml)["rules"] if imported.yaml else []
    assert [rule["query"] for rule in rules] == case["queries"]
    assert [rule["id"] for rule in rules] == case.get("ids", [rule["id"] for rule in rules])
    for problem, words in zip(imported.problems, case.get("problems", []), strict=True):
        assert words in problem


def test_a_keyword_list_becomes_one_rule():
    imported = import_keywords('Acme\n"Acme Corp", acme*\n...\n# of ours\n', "Our firm")
    assert READ.load(imported.yaml) == {
        "rules": [{"id": "our-firm", "name": "Our firm", "any": ["Acme", "Acme Corp", "acme*"]}]
    }
    (problem,) = imported.problems
    assert problem.startswith("line 3: `...` has no letter or digit")


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80), st.sampled_from([import_queries, import_table, lambda text: import_keywords(text, text)]))
def test_whatever_is_imported_can_be_read(text, reader):
    imported = reader(text)
    parsed = parse(imported.yaml.encode("utf-8", "replace"), "a.yaml") if imported.yaml else None
    assert parsed is None or (parsed.errors == () and len(parsed.rules) == imported.count)
