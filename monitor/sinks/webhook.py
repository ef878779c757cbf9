"""Alerts to any HTTP endpoint, signed by the Standard Webhooks specification (https://www.standardwebhooks.com).

The id of a message is its alert's, the same at every attempt: a receiver that drops ids it has seen gets each alert
once; what it is sent is at least once.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from datetime import timedelta

import aiohttp
from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from monitor.model.alert import Delivery
from monitor.ports import Failed, Sent
from monitor.sinks import Deps
from monitor.sinks.options import checked, without_address
from monitor.sinks.payload import encoded, payload

_PREFIX = "whsec_"
_ANSWER = 64_000
# What a receiver answers to a message it will never take; the rest may pass.
_NEVER = frozenset({400, 405, 406, 411, 413, 414, 415, 422, 431})


class Options(BaseModel):
    """Settings of the webhook sink.

    Attributes:
        targets: addresses by name; an alert for the channel "webhook:siem" goes to the target "siem".
        secret: "whsec_" and a base64 key that messages are signed with; "" for no signature.
        timeout: seconds for one request, connecting included.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    targets: dict[str, SecretStr]
    secret: SecretStr = SecretStr("")
    timeout: float = Field(15, gt=0)

    @field_validator("targets")
    @classmethod
    def _addresses(cls, targets: dict[str, SecretStr]) -> dict[str, SecretStr]:
        for name, address in targets.items():
            if not address.get_secret_value().startswith(("https://", "http://")):
                raise ValueError(f"{name} is not an address that begins with https:// or http://")
        return {name.lower(): address for name, address in targets.items()}

    @field_validator("secret")
    @classmethod
    def _key(cls, secret: SecretStr) -> SecretStr:
        if secret.get_secret_value():
            signing_key(secret.get_secret_value())
        return secret


def make(options: Mapping[str, object], deps: Deps) -> "WebhookSink":
    """The webhook sink.

    Raises:
        ConfigError: an option is unknown or wrong.
    """
    return WebhookSink(checked(Options, options, "webhook"), deps)


def signing_key(secret: str) -> bytes:
    """The key in a secret.

    Raises:
        ValueError: it is no base64 of 24 to 64 bytes.
    """
    try:
        key = base64.b64decode(secret.strip().removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not 24 <= len(key) <= 64:
        raise ValueError(f"a secret is {_PREFIX} and 24 to 64 random bytes in base64")
    return key


def signature(key: bytes, message_id: str, timestamp: int, body: str) -> str:
    """The header webhook-signature: version 1, an HMAC with SHA-256 over id, time and body."""
    signed = hmac.new(key, f"{message_id}.{timestamp}.{body}".encode(), hashlib.sha256).digest()
    return f"v1,{base64.b64encode(signed).decode()}"


class WebhookSink:
    """Posts alerts as JSON to named addresses; `ref` of a sent one is the alert's id."""

    name = "webhook"

    def __init__(self, options: Options, deps: Deps) -> None:
        self._options, self._deps = options, deps
        self._session: aiohttp.ClientSession | None = None
        secret = options.secret.get_secret_value()
        self._key = signing_key(secret) if secret else b""

    async def send(self, delivery: Delivery) -> Sent | Failed:
        """Post the alert."""
        alert = delivery.alert
        target = alert.channel.partition(":")[2].strip().lower()
        address = self._options.targets.get(target)
        if address is None:
            known = ", ".join(self._options.targets) or "none"
            problem = f"no webhook target is named {target!r} (known: {known}); add it to webhook.targets"
            return Failed(problem, retry=True, blocks="channel", operator=True)
        body = encoded(
            {"type": f"alert.{alert.kind.value}", "timestamp": alert.created.isoformat(), "data": payload(alert)}
        )
        timestamp = int(self._deps.clock.now().timestamp())
        headers = {"Content-Type": "application/json", "webhook-id": alert.id, "webhook-timestamp": str(timestamp)}
        if self._key:
            headers["webhook-signature"] = signature(self._key, alert.id, timestamp, body)
        try:
            async with self._connected().post(
                address.get_secret_value(), data=body.encode(), headers=headers, allow_redirects=False
            ) as response:
                await response.content.read(_ANSWER)
                asked = response.headers.get("Retry-After", "").strip()
                return _outcome(response.status, asked, alert.id, target)
        except (aiohttp.ClientError, OSError, ValueError) as problem:
            what = without_address(problem)
            return Failed(f"webhook target {target} cannot be reached: {what}", retry=True, blocks="channel")

    async def find(self, delivery: Delivery) -> Sent | Failed | None:  # noqa: ARG002 - the seam's signature
        """None: sending again under the same id does no harm."""
        return None

    async def close(self) -> None:
        """Close the connection pool."""
        if self._session is not None:
            await self._session.close()
        self._session = None

    def _connected(self) -> aiohttp.ClientSession:
        """The session; made late, since it belongs to the running loop."""
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=self._options.timeout)
            self._session = aiohttp.ClientSession(
                timeout=timeout, trust_env=True, headers={"User-Agent": "newsmonitor"}
            )
        return self._session


def _outcome(status: int, asked: str, alert_id: str, target: str) -> Sent | Failed:
    if 200 <= status < 300:
        return Sent(alert_id)
    after = timedelta(seconds=int(asked)) if asked.isdecimal() and len(asked) < 9 else None
    what = f"webhook target {target} answers HTTP {status}"
    if status in (408, 425, 429) or status >= 500:
        return Failed(what, retry=True, after=after, blocks="channel")
    if status in _NEVER:
        return Failed(f"{what}: it does not take this message", retry=False, operator=True)
    return Failed(
        f"{what}; check its address, its credentials and that it is still in use", retry=True, blocks="channel",
        operator=True,
    )  # fmt: skip
