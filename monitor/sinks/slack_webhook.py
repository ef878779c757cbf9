"""Alerts to Slack through incoming webhooks: each has one channel; no threads, no answers.

A webhook never names the message and nothing can be looked up, so a lost answer leaves two choices, and the setting
makes one: send again (at least once), or not (at most once).
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal

import aiohttp
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from slack_sdk.webhook.async_client import AsyncWebhookClient

from monitor.alerts.routing import channel_key
from monitor.errors import ConfigError
from monitor.model.alert import Delivery
from monitor.ports import Failed, Sent
from monitor.sinks import Deps
from monitor.sinks.options import without_address
from monitor.sinks.pace import Pace
from monitor.sinks.slack_blocks import blocks, fallback, simplified
from monitor.sinks.slack_errors import not_sent, unknown_outcome

# What Slack answers in plain text where it is the message that is wrong, not the webhook.
_BAD_MESSAGE = ("invalid_payload", "invalid_blocks", "no_text", "msg_too_long", "msg_blocks_too_long")
_LIMITED = 429


class Options(BaseModel):
    """Settings of the webhook sink; one address at least is needed.

    Attributes:
        url: the webhook's address, which is its secret; "" where only the channels of `channels` are taken.
        channels: addresses of further webhooks, by the channel each posts to; other channels' alerts go to `url`.
        guarantee: what a lost answer means: the alert is sent again, or it is not.
        per_second, burst: messages.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: SecretStr = SecretStr("")
    channels: dict[str, SecretStr] = Field({})
    guarantee: Literal["at_least_once", "at_most_once"] = "at_least_once"
    timeout: float = Field(15, gt=0)
    per_second: float = Field(1, gt=0)
    burst: int = Field(3, ge=1)


def make(options: Mapping[str, object], deps: Deps) -> "SlackWebhookSink":
    """The webhook sink.

    Raises:
        ConfigError: an option is unknown or wrong.
    """
    try:
        chosen = Options.model_validate(dict(options))
    except ValidationError as problem:
        wrong = "; ".join(f"slack_webhook.{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in problem.errors())
        raise ConfigError(f"{wrong}; mend the [slack] section or its environment variables") from None
    if not chosen.url.get_secret_value() and not chosen.channels:
        raise ConfigError("slack_webhook.url: an address is missing; set slack.webhook_url")
    return SlackWebhookSink(chosen, deps)


class SlackWebhookSink:
    """Posts alerts to their channel's webhook; others to the one for the rest, on whose cards stands the channel."""

    name = "slack_webhook"

    def __init__(self, options: Options, deps: Deps) -> None:
        self._options, self._deps = options, deps
        self._session: aiohttp.ClientSession | None = None
        self._own = {channel_key(name): url.get_secret_value() for name, url in options.channels.items()}
        self._paces: dict[str, Pace] = {}

    async def send(self, delivery: Delivery) -> Sent | Failed:
        """Post the alert as a message of its own."""
        card, channel = delivery.alert.card, delivery.alert.channel
        own = channel_key(channel) in self._own
        if not own and not self._options.url.get_secret_value():
            problem = f"no webhook is set for {channel or 'the default channel'}; add it to slack.webhook_url_file"
            return Failed(problem, retry=True, blocks="channel", operator=True)
        rich = {"text": fallback(card), "blocks": blocks(card, channel="" if own else channel)}
        outcome = await self._post(delivery, rich)
        if isinstance(outcome, Failed) and outcome.error.startswith(_BAD_MESSAGE):
            # Rather a plain alert than none.
            self._deps.log.warning("slack_refuses_card", alert=delivery.alert.id, error=outcome.error)
            return await self._post(delivery, {"text": simplified(card)})
        return outcome

    async def find(self, delivery: Delivery) -> Sent | Failed | None:
        """There is nothing to look into: what the guarantee says is taken for the truth."""
        if self._options.guarantee == "at_least_once":
            return None
        self._deps.log.warning("slack_webhook_outcome_unknown", alert=delivery.alert.id, taken_for="arrived")
        return Sent(_ref(delivery))

    async def close(self) -> None:
        """Close the connection pool."""
        if self._session is not None:
            await self._session.close()
        self._session = None

    async def _post(self, delivery: Delivery, message: dict[str, Any]) -> Sent | Failed:
        url = self._own.get(channel_key(delivery.alert.channel)) or self._options.url.get_secret_value()
        pace = self._pace_of(url)
        await pace.turn()
        body = message | {"unfurl_links": False, "unfurl_media": False}
        try:
            answer = await self._client(url).send_dict(body)
            pace.arrived()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ClientHttpProxyError) as problem:
            return not_sent(without_address(problem))
        except aiohttp.InvalidURL:
            return Failed("slack.webhook_url is no address; mend it", retry=True, blocks=self._blocks, operator=True)
        except (aiohttp.ClientError, OSError, ValueError) as problem:
            return unknown_outcome(f"no usable answer from Slack: {without_address(problem)}", delivery.attempts)
        if answer.status_code == _LIMITED:
            pace.refused()
        return self._judged(answer.status_code, answer.body.strip()[:100], answer.headers, delivery)

    @property
    def _blocks(self) -> Literal["channel", "sink"]:
        """What else a webhook that is out of order holds up: with several, only its own channels."""
        return "channel" if self._own else "sink"

    def _judged(self, status: int, text: str, headers: Mapping[str, Any], delivery: Delivery) -> Sent | Failed:
        """What the answer means for the alert and for the webhook."""
        if status == 200:
            return Sent(_ref(delivery))
        if status == _LIMITED:
            asked = str(headers.get("Retry-After", ""))
            after = timedelta(seconds=int(asked)) if asked.isdecimal() and len(asked) < 9 else None
            return Failed("Slack asks to slow down", retry=True, after=after, blocks=self._blocks)
        if text.startswith(_BAD_MESSAGE):
            return Failed(f"{text}: Slack does not take this card", retry=False, operator=True)
        if 400 <= status < 500:
            todo = "make a new webhook, or mend its channel, and set slack.webhook_url"
            which = f" for {delivery.alert.channel}" if self._own else ""
            problem = f"Slack refuses the webhook{which}: {text or f'HTTP {status}'}; {todo}"
            return Failed(problem, retry=True, blocks=self._blocks, operator=True)
        return unknown_outcome(f"Slack answers HTTP {status}", delivery.attempts)

    def _pace_of(self, url: str) -> Pace:
        rate, deps = self._options, self._deps
        new = Pace(rate.per_second, rate.burst, monotonic=deps.monotonic, sleep=deps.sleep)
        return self._paces.setdefault(url, new)

    def _client(self, url: str) -> AsyncWebhookClient:
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=self._options.timeout, connect=self._options.timeout * 2 / 3)
            connector = aiohttp.TCPConnector(force_close=True)
            self._session = aiohttp.ClientSession(connector=connector, timeout=timeout, trust_env=True)
        client = AsyncWebhookClient(url, session=self._session, retry_handlers=[])
        client.proxy = None
        return client


def _ref(delivery: Delivery) -> str:
    return f"webhook:{delivery.alert.id}"
