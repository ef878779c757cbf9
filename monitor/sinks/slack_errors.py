"""What Slack's answers mean for a delivery: wait, call the operator, look first, or give up.

The codes are those of Slack's method pages and of https://docs.slack.dev/apis/web-api/rate-limits.
"""

from dataclasses import dataclass
from datetime import timedelta

from monitor.ports import Failed

_TOKEN = frozenset(
    {
        "not_authed",
        "invalid_auth",
        "token_revoked",
        "token_expired",
        "account_inactive",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "org_login_required",
        "access_denied",
        "team_access_not_granted",
        "team_not_found",
        "ekm_access_denied",
        "enterprise_is_restricted",
        "two_factor_setup_required",
        "invalid_app",
        "method_deprecated",
        "deprecated_endpoint",
    }
)
_CHANNEL = {
    "channel_not_found": "create it, correct its name, or invite the app if it is private",
    "not_in_channel": "invite the app with /invite",
    "is_archived": "unarchive it or choose another",
    "restricted_action": "let the app post there",
    "restricted_action_read_only_channel": "let the app post there",
    "restricted_action_thread_only_channel": "let the app post there",
    "restricted_action_non_threadable_channel": "let the app post there",
    "restricted_action_thread_locked": "unlock the thread",
    "channel_type_not_supported": "choose a channel",
    "messages_tab_disabled": "choose a channel, or allow messages to the app",
    "cannot_post_to_channel": "let the app post there",
}
SLOW_DOWN = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
# Slack says of these that some of the work may have been done.
_PERHAPS_DONE = frozenset({"fatal_error", "internal_error", "service_unavailable", "team_added_to_org"})
TOO_RICH = frozenset(
    {
        "msg_too_long",
        "msg_blocks_too_long",
        "invalid_blocks",
        "invalid_blocks_format",
        "invalid_attachments",
        "block_mismatch",
        "no_text",
        "text_too_long",
    }
)
BAD_METADATA = frozenset(
    {"invalid_metadata_format", "invalid_metadata_schema", "metadata_too_large", "metadata_must_be_sent_from_app"}
)
THREAD_GONE = frozenset(
    {"thread_not_found", "message_not_found", "invalid_thread_ts", "cannot_reply_to_message", "thread_locked"}
)
MESSAGE_GONE = frozenset(
    {"message_not_found", "cant_update_message", "edit_window_closed", "channel_not_found", "thread_not_found"}
)
MAY_NOT_LOOK = frozenset(
    {"missing_scope", "unknown_method", "not_allowed_token_type", "no_permission", "method_deprecated", "access_denied"}
)
# An answer nobody has heard of is tried this often before the alert is put with the dead.
_UNKNOWN_TRIED = 12
# A message that fails this often for no known reason stops holding up its channel.
_HOLDS_CHANNEL = 5


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer other than ok.

    Attributes:
        status: the HTTP status.
        code: Slack's error code, "" where the answer is not Slack's.
        after: Retry-After, None where there was none.
        detail: what else the answer says.
    """

    status: int
    code: str = ""
    after: timedelta | None = None
    detail: str = ""


def failed(refusal: Refusal, channel: str, attempts: int) -> Failed:
    """What a refusal means for the delivery, its channel and the sink.

    `attempts` counts the delivery's attempts so far, this one included.
    """
    code, detail = refusal.code, f" ({refusal.detail})" if refusal.detail else ""
    if refusal.status == 429 or code in SLOW_DOWN:
        where = f" in {channel}" if channel else ""
        return Failed(f"Slack asks to slow down{where}", retry=True, after=refusal.after, blocks="channel")
    if code in _TOKEN:
        todo = "check slack.bot_token and the app's scopes"
        return Failed(f"Slack refuses the token: {code}{detail}; {todo}", retry=True, blocks="sink", operator=True)
    if code in _CHANNEL:
        problem = f"Slack cannot post to {channel}: {code}; {_CHANNEL[code]}"
        return Failed(problem, retry=True, blocks="channel", operator=True)
    if code in _PERHAPS_DONE or (not code and not 400 <= refusal.status < 500):
        what = code or f"HTTP {refusal.status} without a usable answer"
        return unknown_outcome(f"Slack answers {what}", attempts, refusal.after)
    if not code:
        return Failed(
            f"what answers at slack.base_url is not Slack: HTTP {refusal.status}; check the address and proxies",
            retry=True,
            blocks="sink",
            operator=True,
        )
    return Failed(
        f"Slack answers {code!r}{detail}; look it up among the errors of chat.postMessage",
        retry=attempts < _UNKNOWN_TRIED and code not in TOO_RICH,
        operator=True,
    )


def unknown_outcome(problem: str, attempts: int, after: timedelta | None = None) -> Failed:
    """The message may have arrived: look before sending again."""
    return Failed(
        f"{problem}; the message may have arrived",
        retry=True,
        after=after,
        uncertain=True,
        blocks="channel" if attempts < _HOLDS_CHANNEL else "message",
    )


def not_sent(problem: str) -> Failed:
    """Slack was not reached, so nothing was sent."""
    return Failed(f"Slack cannot be reached: {problem}", retry=True, blocks="sink")
