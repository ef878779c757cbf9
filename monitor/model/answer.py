"""What people say to alerts: acknowledgements, verdicts, and silences with a reason and an end."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.model.selector import Selector


class AnswerKind(StrEnum):
    """What somebody said about one alert."""

    ACKNOWLEDGED = "acknowledged"
    NOT_RELEVANT = "not_relevant"


@dataclass(frozen=True, slots=True)
class Answer:
    """One person's answer to one alert.

    Attributes:
        author: who, as the place it came from knows them: a Slack user id, or a login name.
        note: the reason given, "" for none.
    """

    kind: AnswerKind
    alert_id: str
    author: str
    at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True)
class Silence:
    """What is held back for a while: a muted story, a snoozed rule, planned works.

    What it holds is listed in its channels when it ends.

    Attributes:
        selector: what it holds; one that selects everything is allowed and holds everything.
        author: who made it; reason: why, "" for none.
        ends: until when it holds; ending it early moves this to the moment it was ended.
        ended_by: who ended it early, "" for nobody.
    """

    selector: Selector
    author: str
    reason: str
    created: datetime
    ends: datetime
    ended_by: str = ""

    @property
    def id(self) -> str:
        """Eight hex digits over who made it, when, and for what."""
        key = "\0".join((self.author, self.created.isoformat(), str(self.selector)))
        return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:8]

    def holds(self, moment: datetime) -> bool:
        """Whether it is in force at that moment."""
        return self.created <= moment < self.ends


@dataclass(frozen=True, slots=True)
class RuleVerdicts:
    """How well a rule does, by what people said about its alerts.

    Attributes:
        alerts: alerts raised that name the rule; of these, acknowledged and not_relevant were answered so by anybody.
    """

    rule_id: str
    alerts: int = 0
    acknowledged: int = 0
    not_relevant: int = 0

    @property
    def precision(self) -> float | None:
        """The share of answered alerts that nobody called not relevant; None while nobody has answered."""
        answered = self.acknowledged + self.not_relevant
        return self.acknowledged / answered if answered else None
