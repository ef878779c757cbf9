"""Drafted rules, and rule files with one more rule in them."""

from difflib import SequenceMatcher

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.matching import explain
from monitor.model.rule import Severity
from monitor.rules.drafting import Draft, drafted, spellings, with_rule
from monitor.rules.schema import parse
from tests.support.nouns import article

DRAFT = Draft(
    "Acme Corp",
    terms=("Acme Corp", "Acme"),
    severity=Severity.HIGH,
    channel="#news",
    origin="asked for by U1",
    example="Acme Corp sold rockets.",
)
FILES = {
    "empty": "",
    "comment only": "# nothing yet\n",
    "plain": "rules:\n  - id: one\n    any: [ships]\n",
    "no newline at the end": "rules:\n  - id: one\n    any: [ships]",
    "dashes at the margin": "rules:\n- id: one\n  any: [ships]\n",
    "deep dashes": "rules:\n      - id: one\n        any: [ships]\n",
    "comments": "# top\nrules:\n  # about one\n  - id: one   # its name\n    any: [ships]\n# the end\n",
    "keys behind": "rules:\n  - id: one\n    any: [$ship]\n\n# names\naliases:\n  ship: [ships, boats]\n",
    "a folded query": "rules:\n  - id: one\n    query: >-\n      ships OR\n      boats\n\n\n",
    "carriage returns": "rules:\r\n  - id: one\r\n    any: [ships]\r\n# end\r\n",
    "carriage returns but for the last line": "rules:\r\n  - id: one\r\n    any: [ships]",
    "a comment ends it": "rules:\r\n  - id: one\r\n    any: [ships]\r\n# end",
    "defaults and aliases": "defaults: {severity: low}\naliases: {a: [b, c]}\nrules:\n  - id: one\n    any: [$a]\n",
    "anchors": "rules:\n  - &base\n    id: one\n    any: &t [ships, boats]\n  - id: two\n    any: *t\n",
    "a flow list of a block list": "rules:\n  - {id: one, any: [ships]}\n",
    "a bracket at the margin": "rules:\n  - id: one\n    any: [ships,\n  boats\n  ]\n# end\n",
    "a modeline and ends of the document": "# yaml-language-server: x\n---\nrules:\n  - id: one\n    any: [a]\n...\n",
    "a byte order mark": "\ufeffrules:\n  - id: one\n    any: [ships]\n",
    "a text that keeps its blank lines": "rules:\n  - id: one\n    any: [a]\n    description: |+\n      hello\n\n\n",
    "a rule taken out": "rules:\n  - id: one\n    any: [ships]\n  # - id: old\n  #   any: [x]",
    "tests at the end": "rules:\n  - id: one\n    any: [ships]\n    tests:\n      match:\n        - ships sail\n",
}
CLOSED = {
    "flow": "rules: [{id: one, any: [ships]}]\n",
    "no list": "aliases:\n  a: [b]\n",
    "broken": "rules:\n  - id: [\n",
    "null": "rules:\n",
    "empty": "rules: []\n",
    "flow over lines": "rules: [\n  {id: one, any: [ships]},\n]\n",
    "only defaults": "defaults: {severity: low}\n",
    "a mistake": "rules:\n  - id: one\n    anyy: [ships]\n",
}


@pytest.mark.parametrize("text", FILES.values(), ids=FILES)
def test_a_rule_is_added_and_nothing_else_changes(text: str) -> None:
    new = drafted(DRAFT, ())
    after = with_rule(text, new.yaml)
    assert after is not None
    read = parse(after.encode(), "rules.yaml")
    assert read.errors == ()
    assert [rule.id for rule in read.rules][-1] == "acme-corp"
    changes = SequenceMatcher(a=text.splitlines(), b=after.splitlines(), autojunk=False).get_opcodes()
    assert {kind for kind, *_ in changes} <= {"equal", "insert"}
    assert "\r\n" not in text or after.count("\n") == after.count("\r\n")
    twice = with_rule(after, drafted(DRAFT, {"acme-corp"}).yaml)
    assert twice is not None
    assert [rule.id for rule in parse(twice.encode(), "f").rules][-2:] == ["acme-corp", "acme-corp-2"]


@pytest.mark.parametrize("text", CLOSED.values(), ids=CLOSED)
def test_what_cannot_take_a_rule_is_left_alone(text: str) -> None:
    assert with_rule(text, drafted(DRAFT, ()).yaml) is None


def test_the_drafted_rule_says_what_was_asked_for() -> None:
    rule = drafted(DRAFT, ()).rule
    assert rule is not None
    assert (rule.id, rule.name, rule.severity, rule.channels) == ("acme-corp", "Acme Corp", Severity.HIGH, ("#news",))
    assert explain(rule, article(text="Acme sold rockets.")).holds
    assert not explain(rule, article(text="Others sold rockets.")).holds


def test_a_query_with_a_mistake_says_where() -> None:
    found = drafted(Draft("Drones", query="missil* AND (drone* or UAV)"), ())
    assert found.rule is None
    assert "OR" in found.errors[0].problem


@pytest.mark.parametrize(
    ("name", "others", "terms"),
    [
        ("Vladimir Putin", ("Putin",), ("Vladimir Putin", "Putin")),
        ("ICE", (), ("=ICE",)),
        ("U.S.", (), ("=U.S.",)),
        ("OPEC+", (), ("=OPEC+",)),
        ("***", ("!",), ()),
        ("  The\n Times ", (), ("The Times",)),
    ],
)
def test_spellings(name: str, others: tuple[str, ...], terms: tuple[str, ...]) -> None:
    assert spellings(name, others) == terms


@given(st.text(max_size=60), st.lists(st.text(max_size=40), max_size=4), st.text(max_size=100))
def test_whatever_the_words_the_yaml_can_be_read(name: str, others: list[str], origin: str) -> None:
    terms = spellings(name, others)
    found = drafted(Draft(name or "x", terms=terms or ("word",), origin=origin, example=origin), ())
    assert found.rule is not None or found.errors
    if found.rule is not None:
        assert with_rule("rules:\n  - id: other\n    any: [a word]\n", found.yaml) is not None
