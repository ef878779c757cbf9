"""Stories: a list to search, and one story with its timeline, coverage, facts, contradictions and alerts."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from aiohttp import web

from monitor.alerts.keyfacts import key_facts
from monitor.model.answer import Answer
from monitor.model.article import Article
from monitor.model.story import Relation
from monitor.store.sql import SqlStore
from monitor.store.storylog import Told
from monitor.stories.account import Contradiction, Fact, contradictions, facts_of, word_diff
from monitor.stories.coverage import Coverage, Voice, coverage
from monitor.web import page
from monitor.web.context import Context
from monitor.web.page import Page
from monitor.why import why

_MOST_READ = 60
"""Reports whose facts are compared; reading one takes milliseconds, and a page should not take seconds."""
_MOST_SHOWN = 400
_MOST_FACTS = 30
_LIST = 40


@dataclass(frozen=True, slots=True)
class Report:
    """One article in a story's timeline; `diff` is what an edit changed, word by word."""

    told: Told
    diff: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Account:
    """What a story's articles say together; `left_out` is how many later reports were not compared."""

    coverage: Coverage
    reports: tuple[Report, ...]
    facts: tuple[Fact, ...]
    contradictions: tuple[Contradiction, ...]
    left_out: int


async def index(context: Context, request: web.Request) -> Page:
    """Stories with the newest articles first; those with some words in a title."""
    asked = page.asked(request, "q")
    which = page.number(request)
    limit, offset = page.bounds(which, _LIST)
    lines = await context.reads(lambda: context.store.stories(limit=limit + offset, contains=asked))
    return Page("stories.html", {"stories": page.part(lines[offset:], which, _LIST), "asked": asked})


async def show(context: Context, request: web.Request) -> Page:
    """One story."""
    told = await context.reads(context.store.story_told, request.match_info["story"])
    if not told:
        return page.not_found("No single story has an id that begins so.")
    story_id, now = told[0].decision.story_id, context.clock.now()
    account = await asyncio.to_thread(_account, told)
    record = await context.reads(context.store.story_record, story_id, now)
    answers = await context.reads(context.store.answers, [alert.id for alert in record.alerts])
    return Page(
        "story.html",
        {
            "story_id": story_id,
            "first": told[0].article,
            "articles": len(told),
            "account": account,
            "alerts": record.alerts,
            "answers": _by_alert(answers),
            "held": [held for held in record.held if held.ended is None],
            "silences": [silence for silence in record.silences if story_id in silence.selector.story],
            "gravest": max((alert.severity for alert in record.alerts), key=lambda one: one.rank, default=None),
            "window_days": context.window.days,
        },
    )


async def article(context: Context, request: web.Request) -> Page:
    """One article: its text, what matched, where it belongs, and why it did or did not alert."""
    found = await context.reads(context.store.article, request.match_info["article"])
    if found is None:
        return page.not_found("No single article has an id that begins so.")
    outcome = await context.reads(context.store.outcome, found.id)
    before = await context.reads(_revision_before, context.store, found)
    reasons = await context.reads(lambda: [why(context.store, found.fetched, one) for one in outcome.decisions])
    return Page(
        "article.html",
        {
            "article": found,
            "outcome": outcome,
            "facts": key_facts(outcome.facts, found.title, most=_MOST_FACTS) if outcome.facts else (),
            "diff": await asyncio.to_thread(_diff, before, found),
            "reasons": reasons,
            "rules": context.rules.book.rules,
        },
    )


def _account(told: Sequence[Told]) -> Account:
    """The account of a story, of its newest reports where there are very many."""
    before: dict[str, Article] = {}
    reports = []
    for one in told:
        edits = one.decision.relation is Relation.EDITED
        reports.append(Report(one, _diff(before.get(one.article.entry), one.article) if edits else ()))
        before[one.article.entry] = one.article
    voices = [Voice(one.article.outlet, one.article.owner, one.article.text, one.decision.relation) for one in told]
    # A copy says nothing that the report it copies does not.
    own = [one.article for one in told if one.decision.relation is not Relation.COPY]
    read = own[:_MOST_READ]
    facts = [fact for fact in facts_of(read) if fact.kind != "event"]
    return Account(
        coverage=coverage(voices),
        reports=tuple(reports[-_MOST_SHOWN:]),
        facts=tuple(facts[:_MOST_FACTS]),
        contradictions=tuple(contradictions(read)),
        left_out=len(own) - len(read),
    )


def _diff(before: Article | None, after: Article) -> tuple[tuple[str, str], ...]:
    return tuple(word_diff(before.document, after.document)) if before else ()


def _revision_before(store: SqlStore, article: Article) -> Article | None:
    return store.article(replace(article, revision=article.revision - 1).id) if article.revision > 1 else None


def _by_alert(answers: Sequence[Answer]) -> dict[str, list[Answer]]:
    found: dict[str, list[Answer]] = {}
    for answer in answers:
        found.setdefault(answer.alert_id, []).append(answer)
    return found
