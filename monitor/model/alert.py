"""What goes out: alert decisions, cards, alerts and their deliveries."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.model.rule import Severity


class AlertKind(StrEnum):
    """What an alert is to its story in its channel.

    A digest lists many stories in one card and has a thread of its own; a reminder comes again because nobody has
    acknowledged the story.
    """

    FIRST = "first"
    UPDATE = "update"
    CORRECTION = "correction"
    REMINDER = "reminder"
    DIGEST = "digest"


class Reason(StrEnum):
    """Why a matched article did or did not become an alert."""

    NEW_STORY = "new_story"
    NEW_FACTS = "new_facts"
    CORRECTED = "corrected"
    SEVERITY_ROSE = "severity_rose"
    COPY = "copy_of"
    NO_NEWS = "same_story_no_news"
    EDITED_NO_NEWS = "edited_no_news"
    MINOR_NEWS = "minor_news"
    TOO_OLD = "too_old"
    BASELINE = "baseline"
    OFF_SCHEDULE = "off_schedule"
    INHIBITED = "inhibited"
    SILENCED = "silenced"
    QUIET = "quiet_hours"
    GATHERED = "gathered"
    GROUPED = "grouped"
    THROTTLED = "throttled"
    STORM = "storm"
    UNACKNOWLEDGED = "unacknowledged"
    STALE = "stale"
    BELOW_FREQUENCY = "below_frequency"
    NO_SPIKE = "no_spike"
    NO_BASELINE = "no_baseline"
    SEEN_BEFORE = "seen_before"
    LEARNING = "learning"
    NOT_EDITED = "not_edited"
    SILENCE_ONLY = "silence_only"
    EDITED = "edited"
    FLATLINE = "flatline"
    OPERATIONS = "operations"


HELD = frozenset({Reason.SILENCED, Reason.QUIET, Reason.GATHERED, Reason.GROUPED, Reason.THROTTLED, Reason.STORM})
"""Reasons for which an alert waits, and is told later."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule's conditions over time make of a match.

    Attributes:
        held: why it does not alert; None where all conditions hold.
        because: what led to it, or what is missing, in words: "3 outlets in 2 h: AFP, BBC, Reuters".
        speaks: it is worth an alert whatever its story knows already.
    """

    held: Reason | None = None
    because: tuple[str, ...] = ()
    speaks: bool = False


@dataclass(frozen=True, slots=True)
class Hold:
    """Why an alert waits, and until when.

    Attributes:
        key: what ends together is told together, in one card for each channel and key: "silence:0a1b2c3d", "quiet".
        kind: what it will be, should it come alone.
    """

    key: str
    kind: AlertKind
    reason: Reason
    due: datetime


@dataclass(frozen=True, slots=True)
class Call:
    """Whom to tell again, and when, should nobody acknowledge the alert; key is "escalate" or "repeat"."""

    key: str
    channel: str
    due: datetime


@dataclass(frozen=True, slots=True)
class AlertDecision:
    """What one matched article means for one channel.

    Attributes:
        kind: the alert to raise now, or None for none.
        rules: ids of the rules that matched and lead to this channel, gravest first.
        because: what led to it or holds it back, where the rules have conditions over time.
        trace: what each stage of the policy found, in order, for `monitor alerts explain`.
        hold: where it waits, None where it does not.
        calls: what happens while nobody acknowledges it.
    """

    article_id: str
    story_id: str
    channel: str
    kind: AlertKind | None
    reason: Reason
    rules: tuple[str, ...]
    severity: Severity
    because: tuple[str, ...] = ()
    trace: tuple[str, ...] = ()
    hold: Hold | None = None
    calls: tuple[Call, ...] = ()

    def left_out(self, rule: str) -> str:
        """Why a rule that matched is not among those that speak; "" where that is not known."""
        if rule in self.rules:
            return ""
        named = re.compile(rf"(?<![\w.-]){re.escape(rule)}(?![\w.-])")
        stages = (line for line in self.trace if line.startswith(_LEAVE_OUT))
        return next((line for line in stages if named.search(line)), "")


_LEAVE_OUT = ("schedule: ", "over time: ", "inhibition: ", "silence: ")


@dataclass(frozen=True, slots=True)
class Held:
    """An alert that waits: for the end of a silence, of quiet hours, of a group's wait; or for nobody to answer.

    Attributes:
        channel: where it will be told.
        ended: when it was told or became needless; told_by: the alert that told it, "" for none.
    """

    article_id: str
    story_id: str
    channel: str
    key: str
    kind: AlertKind
    reason: Reason
    rules: tuple[str, ...]
    severity: Severity
    card: "Card"
    since: datetime
    due: datetime
    ended: datetime | None = None
    told_by: str = ""


@dataclass(frozen=True, slots=True)
class FactLine:
    """One key fact as the card shows it.

    Attributes:
        label: "What", "Who", "Where", "When", "Numbers", "Said", "Claimed", or what was not said: "No comment",
            "No reply", "Denied", "Refused", "Not confirmed".
        text: the fact, in the article's words.
        attribution: a phrase such as "according to U.S. officials", "" where the article itself asserts it; always
            printed.
    """

    label: str
    text: str
    attribution: str = ""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A passage with the matched words marked: offsets into `text`."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class CardItem:
    """One story in the list of a digest. Plain text.

    Attributes:
        rules: names of the rules that matched.
        headline, url, outlet: of its newest report that counts; url is an http(s) link or "".
        note: what else to know: "update", "5 reports", "" for nothing.
    """

    severity: Severity
    rules: tuple[str, ...]
    headline: str
    url: str = ""
    outlet: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """An alert as a person reads it, before any channel's formatting. Plain text throughout.

    Attributes:
        severity: of the gravest rule.
        rules: names of the rules that matched.
        headline: the article's title, or its first sentence.
        url: http(s) link or "".
        outlet, published: who reported it and when.
        facts: the key facts in reading order.
        why: the matched passages.
        terms: the matched terms as the rules write them.
        changes: what is new since the story's last alert, for an update.
        also: who else reports it: "also Reuters, AFP; 3 copies", "" for nobody yet.
        notes: what the reader must know about the card itself, such as "facts not analysed".
        mentions: whom the rules call, as the channel writes it: "@here", a user's or group's id.
        owners: who answers for the rules; runbooks: links to what to do.
        items: the stories of a digest, gravest first, whose headline says what they have in common; a note says how
            many more there are and how to see them.
        because: what came together over time to make this an alert: "3 independent outlets in 2 h: AFP, BBC, Reuters".
        disputes: what its report and others say against each other: "killed: 17 (AFP), 15 (TASS)".
    """

    severity: Severity
    kind: AlertKind
    rules: tuple[str, ...]
    headline: str
    url: str
    outlet: str
    published: datetime | None
    facts: tuple[FactLine, ...] = ()
    why: tuple[Excerpt, ...] = ()
    terms: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    also: str = ""
    notes: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    runbooks: tuple[str, ...] = ()
    items: tuple[CardItem, ...] = ()
    because: tuple[str, ...] = ()
    disputes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Alert:
    """A decided alert. Its id follows from what it is about, so deciding twice changes nothing.

    Attributes:
        seq: 0 for the first alert of a story in a channel, then counting up.
        rules: ids of the rules that matched.
    """

    story_id: str
    channel: str
    kind: AlertKind
    seq: int
    article_id: str
    rules: tuple[str, ...]
    severity: Severity
    reason: Reason
    created: datetime
    card: Card

    @property
    def id(self) -> str:
        """Sixteen hex digits over channel, story and sequence."""
        key = "\0".join((self.channel, self.story_id, str(self.seq)))
        return hashlib.sha256(key.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Report:
    """Another outlet's article about an alerted story."""

    outlet: str
    title: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Reaction:
    """What somebody did about a story, for its card.

    Attributes:
        author: as the place it came from knows them: a Slack user's id, or a login name.
        did: in words behind the name: "acknowledged this", "muted this story until".
        time: the moment that belongs behind these words, None for none.
    """

    author: str
    did: str
    time: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How an alerted story stands now: what its first message shows once there is more than the first report.

    Attributes:
        outlets: independent outlets that report it, in order of arrival.
        reports: the first report of each outlet that no alert in the channel has told of; none while it is muted.
        copies: reports that only repeat another's text.
        latest: the newest news, one line each, its source named: "killed: 17 → 19, according to police".
        updated: when that came, None where there is none.
        wire: whose text the copies repeat, "" where most of them don't say so.
        disputes: what its reports say against one another.
        answers: what people did about it, oldest first.
        acknowledged: whether somebody has taken it.
    """

    outlets: tuple[str, ...] = ()
    reports: tuple[Report, ...] = ()
    copies: int = 0
    latest: tuple[str, ...] = ()
    updated: datetime | None = None
    answers: tuple[Reaction, ...] = ()
    acknowledged: bool = False
    wire: str = ""
    disputes: tuple[str, ...] = ()


class DeliveryState(StrEnum):
    """A delivery's way: pending -> sending -> sent, back to pending after a failure, dead when given up.

    A folded one came too late to be told alone: a digest tells it.
    """

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    DEAD = "dead"
    FOLDED = "folded"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One alert on its way to one sink.

    Attributes:
        sink: the sink's name, such as "slack".
        attempts: sends begun so far, this one included once claimed.
        next_try: not before this time (UTC).
        uncertain: an earlier send may have arrived; look before sending again.
        first_try: when the first send began, the earliest time it can be found under.
        ref: the sink's name for the message once sent, "" before.
        thread: ref of the message it stands under in the sink, its own where it begins a thread; "" before.
        parent_ref: `thread` of the story's newest earlier alert in the same sink and channel, "" where there is none.
        gravest: the gravest severity among those earlier alerts, None where there are none.
        error: the newest failure in words.
    """

    id: int
    alert: Alert
    sink: str
    state: DeliveryState
    attempts: int
    next_try: datetime
    uncertain: bool = False
    first_try: datetime | None = None
    ref: str = ""
    thread: str = ""
    parent_ref: str = ""
    gravest: Severity | None = None
    error: str = ""
