"""What can go wrong with a request, in words for the feed's owner."""

import errno
import os
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp

from monitor.sources.network import AddressRefusedError


def retry_after(value: str, now: datetime) -> float | None:
    """Seconds a Retry-After header asks for, None where it asks for nothing readable."""
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(min(int(value[:12]), 10**9))
    try:
        when = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return max(0.0, ((when if when.tzinfo else when.replace(tzinfo=UTC)) - now).total_seconds())


_STATUS_WORDS = {
    401: "the server wants a login (401)",
    403: "the server forbids it (403)",
    404: "nothing at this address (404)",
    410: "gone for good (410); remove the feed or give its new address",
    429: "too many requests (429); polling slower",
}


def status_in_words(status: int) -> str:
    """What an answer without content means."""
    if status in _STATUS_WORDS:
        return _STATUS_WORDS[status]
    if status >= 500:
        return f"the server has a problem of its own ({status})"
    return f"the server answered {status}"


def timeout_in_words(error: TimeoutError, *, connect: float, read: float, total: float) -> str:
    """Which of the time limits, in seconds, ran out."""
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return f"no connection within {connect:g} s"
    if isinstance(error, aiohttp.SocketTimeoutError):
        return f"no answer within {read:g} s"
    return f"the answer was not complete within {total:g} s"


def failure_in_words(error: Exception) -> str:
    """Why a request got no answer."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, AddressRefusedError):
            return str(cause)
        cause = cause.__cause__ or getattr(cause, "os_error", None)
    match error:
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientSSLError():
            words = f"no secure connection: {_reason(error)}"
        case UnicodeError():
            words = "the host name cannot be resolved: it is not a proper one"
        case aiohttp.ClientConnectorDNSError():
            words = f"the name {error.host} cannot be resolved"
        case aiohttp.ClientConnectorError():
            words = f"no connection to {error.host}:{error.port}: {_reason(error)}"
        case aiohttp.ServerDisconnectedError() | ConnectionResetError() | aiohttp.ClientOSError():
            words = "the server closed the connection"
        case aiohttp.ClientPayloadError():
            words = "the answer broke off in the middle"
        case aiohttp.ClientResponseError():
            # What follows the colon is the answer itself.
            words = f"the server's answer is not proper HTTP: {' '.join(error.message.partition(':')[0].split())[:120]}"
        case _:
            words = f"the request failed: {error}"
    return words[:300]


def _reason(error: Exception) -> str:
    inner = getattr(error, "os_error", None) or getattr(error, "certificate_error", None) or error
    number = getattr(inner, "errno", None)
    # asyncio writes the address into the system's words, which stands beside them already.
    known = os.strerror(number).lower() if isinstance(number, int) and number in errno.errorcode else ""
    return known or str(getattr(inner, "strerror", None) or inner)[:160]
