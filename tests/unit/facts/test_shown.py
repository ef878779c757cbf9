"""`monitor extract`: its JSON fits the documented schema, and its page is whole, escaped and loads nothing."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typer.testing import CliRunner

from monitor.cli import app
from monitor.cli.extract import facts_json
from monitor.cli.factpage import page
from monitor.cli.factschema import facts_schema
from tests.support.json_schema import fits
from tests.unit.facts.test_robustness import DAY, PIECES

ROOT = Path(__file__).parents[3]
HOSTILE = """<script>alert("x")</script> & "Ukraine" won't' $title ${title}, Mr Biden said on Sunday \u202eevil\u202c.

"It is <b>bold</b>," he said. At least 12 people were killed in Kursk. He did not <img src=x onerror=alert(1)> leave."""


class Reader(HTMLParser):
    """The text of the article as a browser shows it, the tags of the page, and what each mark covers."""

    def __init__(self, source):
        super().__init__(convert_charrefs=True)
        self.shown, self.tags, self.marks, self.rows = [], [], {}, set()
        self._inside, self._depth, self._facts = False, 0, []
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.tags.append((tag, values))
        if tag == "div" and values.get("class") == "text":
            self._inside, self._depth = True, 0
        elif self._inside and tag not in {"br", "img"}:
            self._depth += 1
            if tag == "i":
                self._facts = values["data-of"].split()
        if "data-fact" in values:
            self.rows.add(values["data-fact"])

    def handle_endtag(self, tag):
        if not self._inside:
            return
        if tag == "i":
            self._facts = []
        self._depth -= 1
        self._inside = self._depth >= 0

    def handle_data(self, data):
        if self._inside:
            self.shown.append(data)
            for fact in self._facts:
                self.marks[fact] = self.marks.get(fact, "") + data


def test_json_fits_the_documented_schema(extractor):
    schema = json.loads((ROOT / "docs" / "facts.schema.json").read_text(encoding="utf-8"))
    assert schema == facts_schema(), "run: monitor extract --schema > docs/facts.schema.json"
    for text in (HOSTILE, "", " ".join(PIECES[:20])):
        value = json.loads(json.dumps(facts_json(extractor.extract(text, DAY, "en")), ensure_ascii=True))
        assert fits(value, schema, schema)
        assert not fits({**value, "schema": 2}, schema, schema)
        assert not fits({**value, "entities": [{"kind": "entity"}]}, schema, schema)


def test_page_shows_the_text_and_marks_what_the_facts_say(extractor):
    facts = extractor.extract(HOSTILE, DAY, "en", title_length=20)
    read = Reader(page([("A <title>", facts, 20)]))
    assert "".join(read.shown) == HOSTILE.replace("\u202e", "\ufffd").replace("\u202c", "\ufffd")
    assert set(read.marks) <= read.rows
    assert "Sunday" in read.marks.values()
    assert any("At least 12 people" in mark for mark in read.marks.values())


def test_page_runs_and_loads_nothing_of_the_article(extractor):
    facts = extractor.extract(HOSTILE, DAY, "en")
    source = page([("<script>alert(2)</script>", facts, 0)])
    assert source.count("<script>") == 1
    assert "<img" not in source
    tags = Reader(source).tags
    assert not [values for _, values in tags if {"src", "href", "onerror", "onclick"} & values.keys()]
    assert not re.search(r"url\(|@import|https?://", source)
    policy = next(values["content"] for _, values in tags if values.get("http-equiv"))
    assert policy.startswith("default-src 'none'")


@pytest.mark.parametrize("text", ["", '"' * 500, "\x00\ud800 lone", "ha " * 100])
def test_odd_texts_have_a_page(extractor, text):
    source = page([("", extractor.extract(text, DAY, "en"), 0)])
    assert len("".join(Reader(source).shown)) == len(text)


def test_command_writes_the_page_and_prints_the_schema(tmp_path):
    article = tmp_path / "one.txt"
    article.write_text("Storm hits port\n\nA storm hit the port of Odesa on Sunday.\n", encoding="utf-8")
    target = tmp_path / "out.html"
    result = CliRunner().invoke(app, ["extract", str(article), "--published", "2024-11-18", "--html", str(target)])
    assert result.exit_code == 0, result.output
    assert "Odesa" in target.read_text(encoding="utf-8")
    refused = CliRunner().invoke(app, ["extract", str(article), "--html", str(tmp_path / "no" / "out.html")])
    assert refused.exit_code == 2
    assert "cannot be written" in refused.output
    printed = CliRunner().invoke(app, ["extract", "--schema"])
    assert json.loads(printed.output) == facts_schema()


def test_a_claim_reads_as_its_cue_does(tmp_path):
    article = tmp_path / "one.txt"
    article.write_text("About 1,200 workers joined the strike, according to the port authority.\n", encoding="utf-8")
    target = tmp_path / "out.html"
    shown = CliRunner().invoke(app, ["extract", str(article)], env={"COLUMNS": "200"})
    assert "according to the port authority (collective)" in shown.output
    CliRunner().invoke(app, ["extract", str(article), "--html", str(target)])
    assert '<span class="who">according to the port authority:</span>' in target.read_text(encoding="utf-8")


def test_a_language_nobody_knows_is_called_unknown(tmp_path):
    article = tmp_path / "one.txt"
    article.write_text("hi\n", encoding="utf-8")
    shown = CliRunner().invoke(app, ["extract", str(article)])
    assert "language unknown" in shown.output
    assert "an unknown language has no model" in shown.output
    assert "und" not in shown.output.split()
