"""Claims and quotes, sentence by sentence: who says it, by which word, and where what is said begins and ends."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

DATA = Path(__file__).parents[2] / "data" / "facts"
DAY = datetime(2024, 11, 18, 12, tzinfo=UTC)


def rows(name):
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


def _said(facts, spans):
    return " … ".join(facts.text[span.start : span.end].rstrip(".") for span in spans)


@pytest.mark.parametrize(("text", "source", "cue", "content"), rows("claims.tsv"))
def test_claim(extractor, text, source, cue, content):
    facts = extractor.extract(text, DAY, "en")
    found = [
        (claim.source.text if claim.source else "-", claim.cue, _said(facts, claim.content)) for claim in facts.claims
    ]
    assert (source, cue, content.rstrip(".")) in found


@pytest.mark.parametrize(("lang", "text", "kind", "speaker", "pieces"), rows("quotes.tsv"))
def test_quote(extractor, lang, text, kind, speaker, pieces):  # noqa: PLR0917
    facts = extractor.extract(text.replace("¶", "\n\n"), DAY, lang)
    quote = facts.quotes[0]
    said = quote.speaker.entity or quote.speaker.text if quote.speaker else "-"
    assert (quote.type, said, _said(facts, quote.pieces)) == (kind, speaker, pieces.rstrip("."))


@pytest.mark.parametrize("text", [row[0] for row in rows("no_claims.tsv")])
def test_what_is_done_is_not_claimed(extractor, text):
    assert [claim.text for claim in extractor.extract(text, DAY, "en").claims] == []
