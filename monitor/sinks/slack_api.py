"""Slack's Web API through slack-sdk: one request a call, never a blind retry, whatever comes of it as a value."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from monitor.ports import Failed
from monitor.sinks.pace import Pace
from monitor.sinks.slack_errors import SLOW_DOWN, Refusal, failed, not_sent, unknown_outcome

Method = Callable[..., Awaitable[Any]]
_PAGES, _PER_PAGE = 500, 200


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one request.

    Attributes:
        body: the answer, empty where there is none.
        failed: why it did not work, None where it did.
        code: Slack's error code, "" where it gave none.
        scopes: what the token may do, where Slack says so.
        date: what time it is at Slack, None where it does not say.
    """

    body: Mapping[str, Any] = field(default_factory=dict)
    failed: Failed | None = None
    code: str = ""
    scopes: frozenset[str] = frozenset()
    date: datetime | None = None


class SlackApi:
    """A connection to one workspace, opened at the first call."""

    def __init__(self, token: str, base_url: str, timeout: float) -> None:
        self._token, self._base_url, self._timeout = token, base_url, timeout
        self._client: AsyncWebClient | None = None

    @property
    def client(self) -> AsyncWebClient:
        """The SDK's client; its methods are what `call` takes."""
        if self._client is None:
            # Made late, since a session belongs to the running loop.
            session = aiohttp.ClientSession(
                # A connection kept open may be closed by the far side just as it is used: one doubt more per alert.
                connector=aiohttp.TCPConnector(force_close=True),
                timeout=aiohttp.ClientTimeout(total=self._timeout, connect=self._timeout * 2 / 3),
                # Proxies from the environment, with its exceptions: the SDK by itself knows no NO_PROXY.
                trust_env=True,
            )
            self._client = AsyncWebClient(
                token=self._token, base_url=self._base_url.rstrip("/") + "/", session=session, retry_handlers=[]
            )
            self._client.proxy = None
        return self._client

    async def close(self) -> None:
        """Close the connection pool."""
        if self._client and self._client.session:
            await self._client.session.close()
        self._client = None

    async def call(
        self, method: Method, arguments: Mapping[str, Any], *, channel: str = "", attempts: int = 1
    ) -> Outcome:
        """One request; `channel` and `attempts` are for the words and the patience of a failure."""
        try:
            response = await method(**arguments)
            body, headers = response.data, response.headers
        except SlackApiError as problem:
            refusal = _refusal(problem)
            return Outcome(failed=failed(refusal, channel, attempts), code=refusal.code)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ClientHttpProxyError) as problem:
            return Outcome(failed=not_sent(in_words(problem)))
        except aiohttp.InvalidURL:
            return Outcome(failed=not_sent(f"slack.base_url {self._base_url!r} is no address"))
        except (aiohttp.ClientError, SlackClientError, OSError, ValueError, TypeError, AttributeError) as problem:
            # The SDK trips over bodies that are no JSON object in several ways; timeouts are among OSError.
            return Outcome(failed=unknown_outcome(f"no usable answer from Slack: {in_words(problem)}", attempts))
        return Outcome(body, scopes=_scopes(headers), date=_date(headers))

    async def pages(
        self,
        method: Method,
        arguments: Mapping[str, Any],
        *,
        channel: str = "",
        attempts: int = 1,
        pace: Pace | None = None,
    ) -> AsyncIterator[Outcome]:
        """Page after page, at this pace, until there is no cursor; a failure ends them."""
        cursor = ""
        for _ in range(_PAGES):
            if pace:
                await pace.turn()
            page = {**arguments, "limit": _PER_PAGE, **({"cursor": cursor} if cursor else {})}
            outcome = await self.call(method, page, channel=channel, attempts=attempts)
            if pace and outcome.code in SLOW_DOWN:
                pace.refused()
            yield outcome
            cursor = str((outcome.body.get("response_metadata") or {}).get("next_cursor") or "")
            if outcome.failed or not cursor:
                return

    def channels(self, *, channel: str = "", attempts: int = 1, pace: Pace | None = None) -> AsyncIterator[Outcome]:
        """Pages of the channels the app can see."""
        kinds = {"types": "public_channel,private_channel"}
        return self.pages(self.client.conversations_list, kinds, channel=channel, attempts=attempts, pace=pace)

    async def respond(self, url: str, message: Mapping[str, Any]) -> bool:
        """Answer at a response address, which works five times in thirty minutes; whether it did."""
        session = self.client.session
        if session is None or not url.startswith(("https://", "http://")):
            return False
        try:
            async with session.post(url, json=dict(message), allow_redirects=False) as response:
                return response.status == 200
        except (aiohttp.ClientError, OSError, ValueError):
            return False


def in_words(problem: BaseException) -> str:
    """What an exception says, short."""
    return (str(problem) or type(problem).__name__)[:200]


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


def _scopes(headers: object) -> frozenset[str]:
    found = _header(headers, "x-oauth-scopes")
    return frozenset(scope.strip() for scope in found.split(",") if scope.strip())


def _date(headers: object) -> datetime | None:
    try:
        return parsedate_to_datetime(_header(headers, "date")).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _header(headers: object, wanted: str) -> str:
    given = headers.items() if isinstance(headers, Mapping) else ()
    return str(next((value for name, value in given if str(name).lower() == wanted), ""))
