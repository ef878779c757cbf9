"""Alerts to Slack with a bot token: chat.postMessage, updates in threads, effectively once.

Slack has no idempotency key. Each message carries its alert's id in its metadata, and a send whose outcome is
unknown is looked for in the channel's history before it is repeated. The SDK's own retries are off: they would
send again after a reset without looking.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import aiohttp
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from monitor.errors import ConfigError
from monitor.model.alert import Delivery
from monitor.ports import Failed, Sent
from monitor.sinks import Deps
from monitor.sinks.pace import Pace
from monitor.sinks.slack_blocks import blocks, fallback, simplified
from monitor.sinks.slack_errors import (
    BAD_METADATA,
    MAY_NOT_LOOK,
    THREAD_GONE,
    TOO_RICH,
    Refusal,
    failed,
    not_sent,
    unknown_outcome,
)

EVENT_TYPE = "news_alert"
# Clocks differ; a message may carry an earlier time than the one its send began at here.
_SKEW = timedelta(minutes=2)
_PAGES, _PER_PAGE = 50, 200
_CHANNEL_ID = re.compile(r"[CGD][A-Z0-9]{8,}")


class Options(BaseModel):
    """Settings of the Slack sink.

    Attributes:
        bot_token: xoxb-...
        timeout: seconds for one request, connecting included.
        per_second, burst: messages to one channel.
        workspace_per_second: messages to all channels together.
        looks: how often to look for a message of unknown fate while Slack does not permit looking; then it is
            sent again, since an alert twice is better than none.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    bot_token: SecretStr = Field(min_length=1)
    base_url: str = "https://slack.com/api/"
    timeout: float = Field(15, gt=0)
    per_second: float = Field(1, gt=0)
    burst: int = Field(3, ge=1)
    workspace_per_second: float = Field(5, gt=0)
    looks: int = Field(3, ge=1)


def make(options: Mapping[str, object], deps: Deps) -> "SlackSink":
    """The Slack sink.

    Raises:
        ConfigError: an option is unknown or wrong.
    """
    try:
        return SlackSink(Options.model_validate(dict(options)), deps)
    except ValidationError as problem:
        wrong = "; ".join(f"slack.{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in problem.errors())
        raise ConfigError(f"{wrong}; mend the [slack] section or its environment variables") from None


@dataclass(frozen=True, slots=True)
class _Outcome:
    """The answer's body, or why there is none; `code` is Slack's error code, "" where it gave none."""

    body: Mapping[str, Any]
    failed: Failed | None = None
    code: str = ""


class SlackSink:
    """Posts alerts as messages of one workspace; `ref` of a sent one is 'CHANNEL:ts'."""

    name = "slack"

    def __init__(self, options: Options, deps: Deps) -> None:
        self._options, self._deps = options, deps
        self._client: AsyncWebClient | None = None
        self._ids: dict[str, str] = {}
        self._paces: dict[str, Pace] = {}
        self._workspace = self._pace(options.workspace_per_second, max(20, options.burst))

    async def send(self, delivery: Delivery) -> Sent | Failed:
        """Post the alert, as a reply to the story's first message where there is one."""
        thread, lost = _ts(delivery.parent_ref), False
        outcome = await self._post(delivery, thread)
        if outcome.code in THREAD_GONE and thread:
            self._deps.log.warning("slack_thread_gone", alert=delivery.alert.id, channel=delivery.alert.channel)
            thread, lost = "", True
            outcome = await self._post(delivery, thread, lost_thread=lost)
        if outcome.code in TOO_RICH | BAD_METADATA:
            # Rather a plain alert than none.
            self._deps.log.warning("slack_refuses_card", alert=delivery.alert.id, error=outcome.code)
            plain = outcome.code in TOO_RICH
            outcome = await self._post(delivery, thread, lost_thread=lost, plain=plain, metadata=plain)
        if outcome.failed:
            return outcome.failed
        channel, ts = outcome.body.get("channel"), outcome.body.get("ts")
        if not isinstance(channel, str) or not isinstance(ts, str):
            return unknown_outcome("Slack accepts without naming the message", delivery.attempts)
        self._ids[delivery.alert.channel.strip()] = channel
        return Sent(f"{channel}:{ts}")

    async def find(self, delivery: Delivery) -> Sent | Failed | None:
        """Look for the alert's id in the metadata of what was posted since its first attempt."""
        channel = await self._channel_id(delivery)
        if isinstance(channel, _Outcome):
            return self._not_found(channel, delivery)
        oldest = f"{(delivery.first_try - _SKEW).timestamp():.6f}" if delivery.first_try else "0"
        where = {"channel": channel, "oldest": oldest, "inclusive": True, "include_all_metadata": True}
        thread, client = _ts(delivery.parent_ref), self._connected()
        searches: list[tuple[Callable[..., Awaitable[Any]], dict[str, Any]]] = [(client.conversations_history, where)]
        if thread:
            # A reply whose thread is gone was posted to the channel, so both places are looked at.
            searches.insert(0, (client.conversations_replies, {**where, "ts": thread}))
        for method, arguments in searches:
            async for page in self._pages(method, arguments, delivery):
                if page.failed:
                    if page.code in THREAD_GONE and thread:
                        break
                    return self._not_found(page, delivery)
                for message in page.body.get("messages") or ():
                    if _alert_id(message) == delivery.alert.id:
                        return Sent(f"{channel}:{message['ts']}")
        return None

    async def close(self) -> None:
        """Close the connection pool."""
        if self._client and self._client.session:
            await self._client.session.close()
        self._client = None

    async def check(self, channels: list[str]) -> list[str]:
        """What keeps the sink from working, one line a problem; [] where the token works and channels are known."""
        answer = await self._call(self._connected().auth_test, {}, "", 1)
        if answer.failed:
            return [answer.failed.error]
        known: dict[str, Mapping[str, Any]] = {}
        async for page in self._channels():
            if page.failed:
                return [f"channels cannot be listed: {page.failed.error}"]
            for channel in page.body.get("channels") or ():
                known |= {str(channel.get("id")): channel, str(channel.get("name")): channel}
        problems = []
        for name in channels:
            channel = known.get(name.strip().removeprefix("#"))
            if channel is None:
                problems.append(f"channel {name} is not visible to the app; create it, or invite the app if private")
            elif channel.get("is_archived"):
                problems.append(f"channel {name} is archived; unarchive it or choose another")
            elif not channel.get("is_member"):
                problems.append(f"the app is not in channel {name}; invite it with /invite")
        return problems

    async def _post(
        self,
        delivery: Delivery,
        thread: str,
        *,
        lost_thread: bool = False,
        plain: bool = False,
        metadata: bool = True,
    ) -> _Outcome:
        alert = delivery.alert
        message: dict[str, Any] = {"channel": alert.channel, "unfurl_links": False, "unfurl_media": False}
        if plain:
            message["text"] = simplified(alert.card, lost_thread)
        else:
            message |= {"text": fallback(alert.card), "blocks": blocks(alert.card, lost_thread)}
        if metadata:
            payload = {
                "alert_id": alert.id,
                "story_id": alert.story_id,
                "article_id": alert.article_id,
                "kind": alert.kind.value,
                "severity": alert.severity.value,
            }
            message["metadata"] = {"event_type": EVENT_TYPE, "event_payload": payload}
        if thread:
            message["thread_ts"] = thread
        await self._workspace.turn()
        pace = self._paces.get(alert.channel)
        if pace is None:
            pace = self._paces[alert.channel] = self._pace(self._options.per_second, self._options.burst)
        await pace.turn()
        return await self._call(self._connected().chat_postMessage, message, alert.channel, delivery.attempts)

    async def _call(
        self, method: Callable[..., Awaitable[Any]], arguments: Mapping[str, Any], channel: str, attempts: int
    ) -> _Outcome:
        """One request, and whatever comes of it as a value."""
        try:
            body = (await method(**arguments)).data
        except SlackApiError as problem:
            refusal = _refusal(problem)
            return _Outcome({}, failed(refusal, channel, attempts), refusal.code)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ClientHttpProxyError) as problem:
            return _Outcome({}, not_sent(_words(problem)))
        except aiohttp.InvalidURL:
            return _Outcome({}, not_sent(f"slack.base_url {self._options.base_url!r} is no address"))
        except (aiohttp.ClientError, SlackClientError, OSError, ValueError, TypeError, AttributeError) as problem:
            # The SDK trips over bodies that are no JSON object in several ways; timeouts are among OSError.
            return _Outcome({}, unknown_outcome(f"no usable answer from Slack: {_words(problem)}", attempts))
        return _Outcome(body)

    async def _pages(
        self, method: Callable[..., Awaitable[Any]], arguments: Mapping[str, Any], delivery: Delivery | None
    ) -> AsyncIterator[_Outcome]:
        """Page after page until there is no cursor; a failure ends them."""
        cursor, channel = "", delivery.alert.channel if delivery else ""
        for _ in range(_PAGES):
            page = {**arguments, "limit": _PER_PAGE, **({"cursor": cursor} if cursor else {})}
            outcome = await self._call(method, page, channel, delivery.attempts if delivery else 1)
            yield outcome
            cursor = str((outcome.body.get("response_metadata") or {}).get("next_cursor") or "")
            if outcome.failed or not cursor:
                return

    def _channels(self, delivery: Delivery | None = None) -> AsyncIterator[_Outcome]:
        return self._pages(self._connected().conversations_list, {"types": "public_channel,private_channel"}, delivery)

    async def _channel_id(self, delivery: Delivery) -> str | _Outcome:
        """The channel's id; what the rule calls it where no list tells; or why looking must wait."""
        name = delivery.alert.channel.strip()
        if delivery.parent_ref:
            return delivery.parent_ref.partition(":")[0]
        if name in self._ids:
            return self._ids[name]
        if _CHANNEL_ID.fullmatch(name):
            return name
        async for page in self._channels(delivery):
            if page.failed and page.code not in MAY_NOT_LOOK:
                return page
            for channel in page.body.get("channels") or ():
                if name.removeprefix("#") in {channel.get("name"), channel.get("id")}:
                    self._ids[name] = str(channel.get("id"))
                    return self._ids[name]
        return name

    def _not_found(self, outcome: _Outcome, delivery: Delivery) -> Failed | None:
        """What to do when looking fails: look later, or send again where Slack will never let us look."""
        # A channel that can be posted to but not looked up is one whose list the app may not see.
        if outcome.code not in MAY_NOT_LOOK | {"channel_not_found"}:
            return outcome.failed
        if delivery.attempts > self._options.looks:
            self._deps.log.warning(
                "slack_sends_without_looking",
                alert=delivery.alert.id,
                channel=delivery.alert.channel,
                error=outcome.code,
            )
            return None
        return Failed(
            f"Slack does not let the app look for a message of unknown fate ({outcome.code}); give it the scopes "
            "channels:history, groups:history, channels:read and groups:read",
            retry=True,
            uncertain=True,
            blocks="channel",
            operator=True,
        )

    def _connected(self) -> AsyncWebClient:
        """The client; made late, since its session belongs to the running loop."""
        if self._client is None:
            timeout = self._options.timeout
            session = aiohttp.ClientSession(
                # A connection kept open may be closed by the far side just as it is used: one doubt more per alert.
                connector=aiohttp.TCPConnector(force_close=True),
                timeout=aiohttp.ClientTimeout(total=timeout, connect=timeout * 2 / 3),
                # Proxies from the environment, with its exceptions: the SDK by itself knows no NO_PROXY.
                trust_env=True,
            )
            self._client = AsyncWebClient(
                token=self._options.bot_token.get_secret_value(),
                base_url=self._options.base_url.rstrip("/") + "/",
                session=session,
                retry_handlers=[],
            )
            self._client.proxy = None
        return self._client

    def _pace(self, per_second: float, burst: int) -> Pace:
        return Pace(per_second, burst, monotonic=self._deps.monotonic, sleep=self._deps.sleep)


def _refusal(problem: SlackApiError) -> Refusal:
    response: Any = problem.response
    status = getattr(response, "status_code", None) or getattr(response, "status", 0) or 0
    data = getattr(response, "data", None)
    body = data if isinstance(data, dict) else {}
    code = body.get("error")
    detail = ", ".join(f"{key} {body[key]}" for key in ("needed", "provided") if isinstance(body.get(key), str))
    asked = str((getattr(response, "headers", None) or {}).get("Retry-After", "")).strip()
    after = timedelta(seconds=int(asked)) if asked.isdecimal() and len(asked) < 9 else None
    return Refusal(int(status), code if isinstance(code, str) else "", after, detail[:200])


def _words(problem: BaseException) -> str:
    return (str(problem) or type(problem).__name__)[:200]


def _ts(ref: str) -> str:
    return ref.partition(":")[2]


def _alert_id(message: object) -> str | None:
    """The alert a message of ours carries; anything else in the channel is passed over."""
    metadata = message.get("metadata") if isinstance(message, dict) else None
    if not isinstance(metadata, dict) or metadata.get("event_type") != EVENT_TYPE:
        return None
    payload = metadata.get("event_payload")
    found = payload.get("alert_id") if isinstance(payload, dict) else None
    return found if isinstance(found, str) else None
