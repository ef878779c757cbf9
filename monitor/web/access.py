"""Who may see the page, and which forms are really sent from it.

Without a password the page answers this machine alone: it must listen on a loopback address, and be asked for by a
loopback name, or a web site that lets its own name lead here could read it. With one, people sign in; what they carry
then is a signed cookie. A form counts only from this page's own origin, with the token that was put into it.
"""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections import deque
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from monitor.ports import Clock

COOKIE = "newsmonitor"
LASTS = timedelta(days=30)
_TRIES = 10
_TRIES_IN = timedelta(minutes=1)
_LONGEST_NAME = 80
_LONGEST_COOKIE = 1_000


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody's browser.

    Attributes:
        name: what its user is called in silences and answers, "" while that is not known.
        nonce: what its form tokens are made of.
        entered: whether the password was given.
        ends: when all that is forgotten.
    """

    name: str
    nonce: str
    entered: bool
    ends: datetime


class Access:
    """Decides about requests.

    Args:
        host: the address that is listened on.
        password: what people sign in with, "" for none.
    """

    def __init__(self, host: str, password: str, clock: Clock) -> None:
        self._password, self._clock = password, clock
        self._local = is_loopback(host)
        # From the password, so that a restart signs nobody out and a new password everybody.
        self._key = (
            hashlib.scrypt(password.encode(), salt=b"newsmonitor web page", n=2**14, r=8, p=1)
            if password
            else secrets.token_bytes(32)
        )
        self._failed: deque[datetime] = deque(maxlen=_TRIES)

    @property
    def guarded(self) -> bool:
        """Whether there is a password."""
        return bool(self._password)

    @property
    def shut(self) -> bool:
        """Whether nobody gets anything: others could reach the page, and there is no password."""
        return not self.guarded and not self._local

    def closed(self, host: str, *, forwarded: bool = False) -> str:
        """Why a request for this name (its Host header) gets nothing, whoever sends it; "" where it may.

        What a proxy has `forwarded` may come from anywhere, whatever name it asks for.
        """
        if self.guarded:
            return ""
        if self.shut:
            return (
                "This page is closed: it can be reached from other machines and has no password. Set "
                "MONITOR_WEB__PASSWORD, or web.password_file, and start newsmonitor again."
            )
        if forwarded:
            return (
                "This page is closed: a proxy leads others to it and it has no password. Set MONITOR_WEB__PASSWORD, "
                "or web.password_file, and start newsmonitor again."
            )
        if not is_loopback(_hostname(host)):
            return (
                f"Without a password this page answers only to localhost, and was asked for as {host[:100]!r}. Open it "
                "as http://localhost, or set MONITOR_WEB__PASSWORD and start newsmonitor again."
            )
        return ""

    def visitor(self, cookie: str) -> Visitor:
        """Whose cookie that is; somebody new where it is none of ours, or has run out."""
        known = self._read(cookie)
        return known or Visitor("", secrets.token_urlsafe(16), False, self._clock.now() + LASTS)

    def may_enter(self, visitor: Visitor) -> bool:
        """Whether the page may be shown."""
        return visitor.entered or not self.guarded

    def enter(self, name: str, password: str) -> Visitor | str:
        """Somebody signed in, or what is wrong in words."""
        now = self._clock.now()
        while self._failed and now - self._failed[0] > _TRIES_IN:
            self._failed.popleft()
        if len(self._failed) >= _TRIES:
            return "Too many wrong passwords; wait a minute and try again."
        if not hmac.compare_digest(password.encode(), self._password.encode()):
            self._failed.append(now)
            return "That is not the password."
        fresh = Visitor("", secrets.token_urlsafe(16), True, now + LASTS)
        return self.named(fresh, name)

    def named(self, visitor: Visitor, name: str) -> Visitor:
        """The visitor under a name, cut to what fits."""
        return replace(visitor, name=" ".join(name.split())[:_LONGEST_NAME])

    def cookie(self, visitor: Visitor) -> str:
        """What the browser keeps of the visitor."""
        told = [visitor.name, visitor.nonce, visitor.entered, int(visitor.ends.timestamp())]
        body = base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")
        return f"{body}.{self._sign('cookie', body)}"

    def token(self, visitor: Visitor) -> str:
        """What the forms shown to the visitor carry."""
        return self._sign("form", visitor.nonce)

    def refusal(self, visitor: Visitor, token: str, *, host: str, origin: str, site: str) -> str:
        """Why a form is not taken, in words; "" where it may be.

        Args:
            visitor: who sends it.
            token: from the form.
            host: the header Host.
            origin: the header Origin.
            site: the header Sec-Fetch-Site.
        """
        # A browser names the site a form comes from by at least one of these, and no page can make it lie; behind a
        # proxy the Host may be another than the one it knows.
        same = site == "same-origin" if site else bool(origin) and urlsplit(origin).netloc == host
        if not same:
            return "The form did not come from this page, so nothing was done."
        if not hmac.compare_digest(token.encode(), self.token(visitor).encode()):
            return "The form was too old, so nothing was done. Here is the page anew; please try again."
        return ""

    def _read(self, cookie: str) -> Visitor | None:
        body, _, signature = cookie[:_LONGEST_COOKIE].partition(".")
        if not hmac.compare_digest(signature.encode(), self._sign("cookie", body).encode()):
            return None
        try:
            name, nonce, entered, ends = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
            known = Visitor(
                str(name), str(nonce), bool(entered), datetime.fromtimestamp(ends, self._clock.now().tzinfo)
            )
        except (ValueError, TypeError, binascii.Error):
            return None
        return known if known.ends > self._clock.now() else None

    def _sign(self, purpose: str, text: str) -> str:
        return hmac.new(self._key, f"{purpose}\0{text}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def is_loopback(host: str) -> bool:
    """Whether a name or address is this machine's own."""
    name = host.strip("[]").rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def _hostname(host: str) -> str:
    """The name in a Host header, without its port."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
