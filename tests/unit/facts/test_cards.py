"""What the lines of a card say of claims: who says it, and that somebody denies it or does not."""

from datetime import UTC, datetime

import pytest

from monitor.alerts.keyfacts import key_facts
from monitor.model.facts import credited

DAY = datetime(2025, 2, 12, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "line", "credit"),
    [
        ("The minister denied that he had lied to the court.", "The minister denied that he had lied to the court", ""),
        ("The governor did not deny that staff had left.", "The governor did not deny that staff had left", ""),
        ("Police said two men had died in Leeds.", "two men had died in Leeds", "according to Police"),
        ("It is not denied that phones were tapped.", "It is not denied that phones were tapped.", "source not named"),
        ("Economists fear that the bank will fail.", "Economists fear that the bank will fail.", ""),
    ],
)
def test_headline_keeps_who_says_so(extractor, text, line, credit):
    headline = extractor.extract(text, DAY, "en").headlines[0]
    assert (headline.text, credited(headline.attribution, headline.text)) == (line, credit)


@pytest.mark.parametrize(
    ("text", "never"),
    [
        ("The governor did not deny that staff had left. He left the room.", "denied by"),
        ("The agency does not recommend that borders be closed. It met on Monday.", "demanded by"),
    ],
)
def test_no_card_turns_a_negated_cue_around(extractor, text, never):
    lines = key_facts(extractor.extract(text, DAY, "en"), "")
    assert not [line for line in lines if never in line.attribution and f"not {never}" not in line.attribution]


def test_what_keeps_the_force_of_an_act(extractor):
    text = "Rebels may attack the port. France called off the talks. Spain did not sign the treaty."
    told = {h.what for h in extractor.extract(text, DAY, "en").headlines}
    assert told == {"may attack", "call off", "not sign"}
