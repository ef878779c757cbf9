"""The way of an article: match, facts, story, alert decision, commit. The order of the stages is read here."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import perf_counter
from typing import Protocol

import structlog

from monitor.alerts.digest import with_waiting
from monitor.alerts.policy import Situation, alerts_from, decide, held_from
from monitor.alerts.recent import Recent
from monitor.alerts.render import render
from monitor.alerts.routing import countries_of
from monitor.errors import ExtractionError, OvertakenError, StoreBusyError, StoreError
from monitor.history import History
from monitor.livestories import LiveStories
from monitor.matching.matcher import Matcher
from monitor.model.alert import AlertDecision, Card
from monitor.model.article import Article, FullText, Quarantined
from monitor.model.facts import Facts
from monitor.model.policy import Policy
from monitor.model.rule import Match, Rule
from monitor.ports import Clock, FactExtractor, Processed
from monitor.storage import StoreThread
from monitor.store.sql import SqlStore
from monitor.stories import account
from monitor.stories.coverage import Coverage, Voice, coverage, credit_of
from monitor.stories.grouping import Grouper
from monitor.telemetry.metrics import Metrics

_TRIES = 50
"""An article is decided anew so often where other daemons are quicker, before the database is called busy."""


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The rules in force with their engine; replaced whole, so that no article meets half a set."""

    rules: Mapping[str, Rule] = field(default_factory=dict)
    matcher: Matcher = field(default_factory=lambda: Matcher(()))
    reads_pages: bool = False
    """Whether a rule asks for the pages of all articles."""

    @classmethod
    def of(cls, rules: Sequence[Rule]) -> "Rulebook":
        """Compile the rules."""
        reads_pages = any(rule.enabled and rule.full_text is FullText.ALWAYS for rule in rules)
        return cls({rule.id: rule for rule in rules}, Matcher(rules), reads_pages)


class PageReader(Protocol):
    """Completes articles with their pages beside the pipeline."""

    @property
    def under_way(self) -> frozenset[str]:
        """Ids of the articles whose pages are awaited."""

    def take(self, article: Article, matches: Iterable[Match], book: Rulebook) -> bool:
        """Take over an article whose page is wanted; it is stored again when that has been read."""


class Pipeline:
    """Takes stored articles through all stages, what is new before what a first poll brought.

    Whatever is killed half-way begins again from the store, and comes to the same decisions.
    """

    def __init__(
        self,
        *,
        store: SqlStore,
        call: StoreThread,
        extractor: FactExtractor,
        grouper: Grouper,
        sinks: Sequence[str],
        default_channel: str,
        clock: Clock,
        metrics: Metrics,
        policy: Callable[[], Policy] = Policy,
        recent: Recent | None = None,
        pages: PageReader | None = None,
    ) -> None:
        self._store, self._call = store, call
        self._extractor, self._grouper = extractor, grouper
        self._sinks, self._default_channel = tuple(sinks), default_channel
        self._clock, self._metrics = clock, metrics
        self._policy, self._recent = policy, recent or Recent()
        self._pages = pages
        self._history = History(store, call)
        self._live = LiveStories(store, call, grouper)
        self._broken: list[Quarantined] = []
        self._log = structlog.get_logger("monitor.pipeline")

    async def process(self, book: Rulebook, stop: asyncio.Event | None = None, limit: int = 64) -> int:
        """Process the waiting articles whose turn it is with these rules; how many there were.

        Once `stop` is set the article under way is finished and the rest left for the next start.

        Raises:
            StoreError: nothing of the article under way was stored; it will come again.
        """
        await self._live.follow()
        waiting = self._pages.under_way if self._pages else frozenset()
        articles = await self._call(self._store.next_up, limit, waiting)
        matched = {article.id: self._match(article, book) for article in articles}
        if self._pages:
            # Their turn comes when the page has been read: they are matched again, by all their words.
            articles = [article for article in articles if not self._pages.take(article, matched[article.id], book)]
        fallen = {
            article.id: await self._history.fallen_out(article, matched[article.id], book.rules) for article in articles
        }
        # Facts are extracted side by side in the workers; decisions follow one by one, in order of arrival.
        extractions = {
            article.id: asyncio.create_task(self._extract(article))
            for article in articles
            if matched[article.id] or fallen[article.id]
        }
        unmatched: list[Processed] = []
        try:
            for article in articles:
                if stop is not None and stop.is_set():
                    break
                if article.id not in extractions:
                    unmatched.append(Processed(article))
                    continue
                with structlog.contextvars.bound_contextvars(article=article.id):
                    facts = await extractions[article.id]
                    for _ in range(_TRIES):
                        outcome = await self._outcome(article, matched[article.id], fallen[article.id], facts, book)
                        if await self._commit([*unmatched, outcome]):
                            break
                        await self._live.follow()
                    else:
                        raise StoreBusyError("other daemons are always quicker to decide; it is tried again")
                unmatched.clear()
            if unmatched:
                await self._commit(unmatched)
        finally:
            for task in extractions.values():
                task.cancel()
        return len(articles)

    def _match(self, article: Article, book: Rulebook) -> tuple[Match, ...]:
        try:
            return book.matcher.match(article)
        except Exception as error:  # noqa: BLE001 - a mistake of ours on one article must not stop the others
            self._set_aside("match", article, error)
            return ()

    async def _extract(self, article: Article) -> Facts | None:
        started = perf_counter()
        try:
            facts = await self._extractor.extract(
                article.document, article.time, article.lang, title_length=len(article.title)
            )
        except ExtractionError as error:
            self._log.warning("facts are missing", article=article.id, error=str(error))
            return None
        self._metrics.extraction.observe(perf_counter() - started)
        return facts

    async def _outcome(
        self,
        article: Article,
        matches: tuple[Match, ...],
        fallen: tuple[Match, ...],
        facts: Facts | None,
        book: Rulebook,
    ) -> Processed:
        try:
            # Without facts a rule that asks for some stays matched: rather an alert that says so than a missed story.
            if facts is not None:
                matches = book.matcher.confirm(matches, article, facts)
            if not matches and not fallen:
                return Processed(article, facts=facts)
            return await self._decide(article, matches, fallen, facts, book)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - as above
            self._set_aside("decide", article, error)
            return Processed(article, matches, facts)

    async def _decide(
        self,
        article: Article,
        matches: tuple[Match, ...],
        fallen: tuple[Match, ...],
        facts: Facts | None,
        book: Rulebook,
    ) -> Processed:
        """Story and alert decisions; `fallen` are rules that matched the article until it was edited."""
        now = self._clock.now()
        story = self._grouper.decide(article)
        record = await self._call(self._store.story_record, story.story_id, now)
        prior = record.alerts
        verdicts, met = await self._history.judge(
            article, matches, book.rules, story, facts, prior=prior, fallen_out=fallen, now=now
        )
        about = Situation(
            article,
            (*matches, *fallen),
            book.rules,
            story,
            now,
            self._policy(),
            prior=prior,
            held=record.held,
            silences=record.silences,
            recent=self._recent,
            countries=countries_of(facts),
            verdicts=verdicts,
        )
        decisions = decide(about, self._default_channel)
        mine, known, disputes = "", Coverage(), tuple[str, ...]()
        if any(decision.kind or decision.hold or decision.calls for decision in decisions):
            told = await self._call(self._store.story, story.story_id)
            mine = credit_of(article.text)
            known = coverage([Voice(member.outlet, member.owner, member.text, member.relation) for member in told])
            if story.changes:
                told.append(self._grouper.member(article, story))
                disputes = await asyncio.to_thread(account.disputes, told, told_by=article.id)

        def card(decision: AlertDecision) -> Card:
            made = render(
                article,
                decision,
                about.matches,
                book.rules,
                story,
                facts=facts,
                outlets=[outlet for outlet in known.outlets if outlet != mine],
                copies=known.copies,
                wire=known.wire,
                disputes=disputes,
            )
            return with_waiting(made, decision, record.held)

        return Processed(
            article,
            matches,
            facts,
            story,
            decisions,
            alerts_from(decisions, card, prior, now),
            met,
            held_from(decisions, card, now),
            self._grouper.trace(article),
        )

    async def _commit(self, outcomes: Sequence[Processed]) -> bool:
        """Store what was decided; False where another daemon has decided about stories in between."""
        now = self._clock.now()
        for entry in self._broken:
            await self._call(self._store.quarantine, entry)
        self._broken.clear()
        try:
            written = await self._call(self._store.commit, outcomes, self._sinks, now, self._live.at)
        except OvertakenError:
            return False
        for outcome in outcomes:
            if outcome.article.id not in written:
                continue
            if outcome.story is not None:
                self._live.admit(outcome.article, outcome.story)
            for decision in outcome.decisions:
                self._recent.note(decision, now)
            self._report(outcome, now)
        return True

    def _report(self, outcome: Processed, now: datetime) -> None:
        for match in outcome.matches:
            self._metrics.matches.labels(match.rule_id).inc()
        for decision in outcome.decisions:
            self._metrics.decisions.labels(decision.reason.value).inc()
            self._log.debug("decided", channel=decision.channel, reason=decision.reason.value, story=decision.story_id)
        for alert in outcome.alerts:
            self._metrics.alerts.labels(alert.severity.value).inc()
            self._metrics.delay.observe((now - outcome.article.fetched).total_seconds())
            self._log.info(
                "alert",
                id=alert.id,
                kind=alert.kind.value,
                severity=alert.severity.value,
                rules=",".join(alert.rules),
                channel=alert.channel,
                headline=alert.card.headline,
            )

    def _set_aside(self, stage: str, article: Article, error: Exception) -> None:
        self._metrics.failures.labels(stage).inc()
        self._log.error(
            "article set aside: this is a bug, please report it", stage=stage, article=article.id, exc_info=error
        )
        self._broken.append(
            Quarantined(
                source=article.source,
                ref=article.id,
                reason=f"{stage} failed: {type(error).__name__}: {error}; see `monitor articles show {article.id}`",
                at=self._clock.now(),
            )
        )
