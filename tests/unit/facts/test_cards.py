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


@pytest.mark.parametrize(
    ("text", "label", "has", "lacks"),
    [
        (
            "Dockworkers at the port of Rotterdam walked out, the union said. Four vessels were diverted to Antwerp.",
            "Where",
            "Rotterdam; Antwerp",
            "",
        ),
        ("Dockworkers at the port of Rotterdam walked out on Wednesday, the union said.", "Where", "Rotterdam", ""),
        (
            "A tanker was struck by a drone in the Red Sea on Wednesday. Maersk would suspend sailings through Suez.",
            "Where",
            "Red Sea",
            "",
        ),
        (
            "A Russian missile strike on a block in Kharkiv killed seven people, Governor Oleh Syniehubov said.",
            "Who",
            "Oleh Syniehubov",
            "Kharkiv",
        ),
        ("Ukraine fired missiles at a depot near Karachev on Tuesday.", "Who", "Ukraine", ""),
        ("Ukraine fired missiles at a depot near Karachev on Tuesday.", "Where", "Karachev", "Ukraine"),
    ],
)
def test_a_card_tells_the_scene_from_those_who_act(extractor, text, label, has, lacks):
    lines = [line.text for line in key_facts(extractor.extract(text, DAY, "en"), "") if line.label == label]
    assert has in " ".join(lines)
    assert not lacks or lacks not in " ".join(lines)


def test_a_number_is_credited_to_the_name_a_pronoun_stands_for(extractor):
    text = (
        "A strike killed seven people, regional governor Oleh Syniehubov said. The roof fell in. Some of the flats "
        "burned. Two children were among the dead, he said."
    )
    lines = key_facts(extractor.extract(text, DAY, "en"), "")
    assert not [line for line in lines if line.attribution.endswith(" he")]
    assert [line for line in lines if "Two children" in line.text and "Oleh Syniehubov" in line.attribution]
