"""What each reason means, in a sentence a person on duty understands at once."""

from collections.abc import Mapping
from typing import Final

from monitor.model.alert import Reason

WORDS: Final[Mapping[Reason, str]] = {
    Reason.NEW_STORY: "a story the channel had not been told",
    Reason.NEW_FACTS: "new facts about a story the channel knows",
    Reason.CORRECTED: "a correction of what was reported",
    Reason.SEVERITY_ROSE: "a graver rule matched a story the channel knows",
    Reason.COPY: "a copy of a report the channel has had",
    Reason.NO_NEWS: "the same story, and nothing new in it",
    Reason.MINOR_NEWS: "news, but not of the kind the rule's `updates` asks for",
    Reason.EDITED_NO_NEWS: "edited, and nothing material changed",
    Reason.TOO_OLD: "published longer ago than the rule's max_age",
    Reason.BASELINE: "the feed is new, and listed it already when it was first read",
    Reason.OFF_SCHEDULE: "the rule was not in force at that time",
    Reason.INHIBITED: "hushed by a graver rule about the same story",
    Reason.SILENCED: "held back by a silence",
    Reason.QUIET: "held back by quiet hours",
    Reason.GATHERED: "kept for the next digest",
    Reason.GROUPED: "kept to be told together with others of its group",
    Reason.THROTTLED: "kept because the channel has had enough of the rule for now",
    Reason.STORM: "folded, because the rule fires far more than usual",
    Reason.UNACKNOWLEDGED: "nobody has acknowledged the alert",
    Reason.STALE: "folded into a digest, because it could not be delivered in time",
    Reason.BELOW_FREQUENCY: "not reported often enough yet for the rule's `frequency`",
    Reason.NO_SPIKE: "no more than usual for the rule's `spike`",
    Reason.NO_BASELINE: "the rule has not run long enough to know what is usual",
    Reason.SEEN_BEFORE: "nothing in it that the rule has not seen before",
    Reason.LEARNING: "the rule is still learning what is usual",
    Reason.NOT_EDITED: "not an edit of the kind the rule asks for",
    Reason.SILENCE_ONLY: "the rule alerts only when nothing matches it",
    Reason.EDITED: "an edit of the kind the rule asks for",
    Reason.FLATLINE: "nothing has matched the rule for too long",
    Reason.OPERATIONS: "a notice of the monitor itself",
}

CALLS_IN_WORDS: Final[Mapping[str, str]] = {"escalate": "unless acknowledged", "repeat": "until acknowledged"}
"""Why a call waits, by its key."""
