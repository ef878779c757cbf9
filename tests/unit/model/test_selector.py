"""What a selector takes."""

import pytest

from monitor.model.rule import Severity
from monitor.model.selector import Selector, Subject

SUBJECT = Subject(
    rule="ukraine-missiles",
    labels=("war", "europe"),
    severity=Severity.HIGH,
    source="https://www.example.org/rss?section=[world]",
    outlet="Example",
    group="Europe",
    lang="en-GB",
    countries=("UA", "RU"),
    channel="#War",
    story="0123456789abcdef",
)


@pytest.mark.parametrize(
    ("selector", "taken"),
    [
        (Selector(), True),
        (Selector(rule=("ukraine-*",)), True),
        (Selector(rule=("ukraine",)), False),
        (Selector(label=("economy", "WAR")), True),
        (Selector(label=("war",), severity=(Severity.LOW,)), False),
        (Selector(severity=(Severity.HIGH, Severity.CRITICAL)), True),
        (Selector(source=("example.org",)), True),
        (Selector(source=("https://*section=[world]",)), True),
        (Selector(source=("example.com",)), False),
        (Selector(outlet=("exam",)), False),
        (Selector(group=("europe",)), True),
        (Selector(lang=("en",)), True),
        (Selector(lang=("de",)), False),
        (Selector(country=("ru",)), True),
        (Selector(country=("PL",)), False),
        (Selector(channel=("war",)), True),
        (Selector(story=("0123456789abcdef",)), True),
        (Selector(story=("0123",)), False),
    ],
    ids=str,
)
def test_takes(selector: Selector, taken: bool) -> None:
    assert selector.takes(SUBJECT) is taken


def test_it_reads_as_a_person_writes_it() -> None:
    assert str(Selector(rule=("a", "b"), severity=(Severity.LOW,))) == "rule=a,b severity=low"
    assert str(Selector()) == "everything"
