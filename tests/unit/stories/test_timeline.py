"""A story's timeline as `monitor stories show` prints it into a pipe."""

from dataclasses import replace
from datetime import timedelta

from monitor.cli.stories import _print
from monitor.model.story import Relation, StoryDecision
from monitor.store.storylog import Told
from tests.support.nouns import NOON, article

FIRST = article(text="Some 1,200 workers joined the strike.")
EDIT = replace(FIRST, revision=2, text="Some 1,900 workers joined the strike.", fetched=NOON + timedelta(hours=3))


def told(about, relation):
    return Told(about, StoryDecision(about.id, FIRST.id, relation))


def test_an_edit_stands_at_the_time_it_was_seen_with_what_it_took_and_brought_marked(capsys):
    edited = told(EDIT, Relation.EDITED)
    assert (told(FIRST, Relation.NEW).time, edited.time) == (FIRST.published, EDIT.fetched)
    _print([told(FIRST, Relation.NEW), edited])
    shown = capsys.readouterr().out
    assert "Some [-1,200-] {+1,900+} workers" in shown
    assert f"{edited.time.astimezone():%H:%M} edited" in shown
