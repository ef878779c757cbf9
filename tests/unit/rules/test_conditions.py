from pathlib import Path

import pytest
from ruamel.yaml import YAML

from monitor.rules.inflections import inflections
from monitor.rules.schema import parse
from tests.unit.rules.notation import notation

CASES = YAML(typ="safe", pure=True).load((Path(__file__).parents[2] / "data" / "rules" / "conditions.yaml").read_text())


@pytest.mark.parametrize("case", CASES, ids=[case["written"] for case in CASES])
def test_a_condition_means_what_the_table_says(case):
    lines = "\n".join(f"    {line}" for line in case["written"].splitlines())
    parsed = parse(f"aliases: {{z: [Zelensky, Zelenskyy]}}\nrules:\n  - id: a\n{lines}\n".encode(), "a.yaml")
    assert [str(error) for error in parsed.errors] == []
    assert notation(parsed.rules[0].condition) == case["means"]


@pytest.mark.parametrize(
    ("word", "forms"),
    [
        ("attack", {"attack", "attacks", "attacked", "attacking"}),
        ("deploy", {"deploy", "deploys", "deployed", "deploying"}),
        ("carry", {"carry", "carries", "carried", "carrying"}),
        ("strike", {"strike", "strikes", "struck", "stricken", "striking"}),
        ("shell", {"shell", "shells", "shelled", "shelling"}),
        ("die", {"die", "dies", "died", "dying"}),
        ("flee", {"flee", "flees", "fled", "fleeing"}),
        ("launch", {"launch", "launches", "launched", "launching"}),
        ("air raid", {"air raid", "air raids", "air raided", "air raiding"}),
        ("Raid", {"Raid", "Raids", "Raided", "Raiding"}),
    ],
)
def test_inflections_are_the_forms_of_the_last_word(word, forms):
    assert forms <= set(inflections(word))


@pytest.mark.parametrize(("word", "form"), [("ban", "banned"), ("commit", "committed"), ("visit", "visited")])
def test_last_consonants_are_doubled_where_they_may_be(word, form):
    assert form in inflections(word)


@pytest.mark.parametrize("word", ["", "ab", "атака", "F-16", "12"])
def test_other_words_have_no_forms(word):
    assert inflections(word) == ()
