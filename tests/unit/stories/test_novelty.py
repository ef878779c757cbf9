from datetime import timedelta

import pytest

from monitor.stories.grouping import Grouper
from monitor.stories.ledger import Ledger, notices_of, tell
from monitor.stories.live import prepare
from monitor.stories.novelty import changes
from monitor.stories.reading import read
from tests.unit.stories.stream import START, load, make


def expected_in(found, expected):
    assert [c.kind for c in found] == [kind for kind, _ in expected]
    for change, (_, words) in zip(found, expected, strict=True):
        assert words in f"{change.text} {change.after}"


@pytest.mark.parametrize("case", load("changes.yaml"), ids=lambda case: case["name"])
def test_changes(case):
    numbers: dict[str, int] = {}
    ledger = Ledger(numbers.get)
    for told in case["told"]:
        prepared = prepare(make("a", "1", told["title"], told["text"], START))
        words = [numbers.setdefault(word, len(numbers)) for word in prepared.reading.weights]
        ledger.add(tell(prepared.reading, START), words)
    new, time = case["article"], START + timedelta(hours=case["article"]["hours"])
    found = changes(read(new["title"], new["text"], time), time, ledger, lambda _: 1.0)
    expected_in(found[: max(1, len(case["changes"]))], case["changes"])


@pytest.mark.parametrize(("kind", "words"), [(k, w) for k, every in load("notices.yaml").items() for w in every])
def test_notices(kind, words):
    """A title or a sentence of the text says so, whichever it is."""
    expected = [] if kind == "none" else [kind]
    for title, text in (
        (words, "The council meets on Monday."),
        ("A matter of the day", f"The council met.\n{words}\n"),
    ):
        found = notices_of(read(title, f"{text}\nIt will meet again in the spring of next year.", START))
        assert [change.kind for change in found[:1]] == expected


@pytest.mark.parametrize("case", load("edits.yaml"), ids=lambda case: case["name"])
def test_edits(case):
    grouper = Grouper()
    first = make("a", "1", *case["before"], START)
    grouper.admit(first, grouper.decide(first))
    decision = grouper.decide(make("a", "1", *case["after"], START + timedelta(hours=2), revision=2))
    assert (decision.relation, decision.of) == ("edited", first.id)
    assert [c.kind for c in decision.changes] == [kind for kind, _ in case["changes"]]
    for change, (_, words) in zip(decision.changes, case["changes"], strict=True):
        assert words in f"{change.text} {change.after}"
