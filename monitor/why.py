"""Why something did or did not alert: a decision with the alert it raised and what of it waits or waited."""

from dataclasses import dataclass
from datetime import datetime

from monitor.alerts.stages import CALLS
from monitor.alerts.words import WORDS
from monitor.model.alert import Alert, AlertDecision, Held, Reason
from monitor.store.sql import SqlStore


@dataclass(frozen=True, slots=True)
class Why:
    """The answer for one article and channel.

    Attributes:
        headline: of the article; its id where it is not kept any more.
        alert: what it raised, None where that is nothing.
        held: what of it waits or waited to be told, with what became of that.
        rule: whose alert is asked for, "" for any.
    """

    at: datetime
    headline: str
    decision: AlertDecision
    alert: Alert | None
    held: tuple[Held, ...]
    rule: str = ""

    @property
    def raised(self) -> bool:
        """Whether it raised an alert at once."""
        return self.decision.kind is not None and self.alert is not None

    @property
    def words(self) -> str:
        """The reason, in a sentence."""
        if left_out := self.decision.left_out(self.rule):
            return f"without {self.rule}: {left_out}"
        said = WORDS[self.decision.reason]
        details = [line for line in self.decision.trace if line.startswith("inhibition: ")]
        by = details[-1].removeprefix("inhibition") if details and self.decision.reason is Reason.INHIBITED else ""
        return said + by


def why(store: SqlStore, at: datetime, decision: AlertDecision, rule: str = "") -> Why:
    """The answer for a decision of that time; with a rule, for whoever waits for that one's alerts.

    Raises:
        StoreError: the database does not answer.
    """
    article = store.article(decision.article_id)
    held = tuple(
        one
        for one in store.story_record(decision.story_id, at).held
        if one.article_id == decision.article_id and one.channel == decision.channel and one.key not in CALLS
    )
    alert = next(
        (
            one
            for one in store.alerts_of(decision.story_id)
            if one.article_id == decision.article_id and one.channel == decision.channel
        ),
        None,
    )
    headline = (article.title or article.text[:80]) if article else decision.article_id
    return Why(at, headline, decision, alert, held, rule)
