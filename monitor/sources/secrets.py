"""Secrets that feeds refer to: read when they are needed, so that a changed one counts at once."""

import base64
import os
from collections.abc import Mapping
from pathlib import Path

from monitor.errors import FetchError
from monitor.model.article import Feed, Secret

_MAX_SIZE = 10_000


def request_headers(feed: Feed, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The headers a feed's own requests carry, secrets filled in; never to be logged or sent to another host.

    Raises:
        FetchError: a secret is not where the feed says; the message names the place, not the secret.
    """
    headers = {
        name: read_secret(value, environ) if isinstance(value, Secret) else value for name, value in feed.headers
    }
    if feed.login is not None:
        login = read_secret(feed.login, environ)
        headers["Authorization"] = f"Basic {base64.b64encode(login.encode()).decode()}"
    return headers


def read_secret(secret: Secret, environ: Mapping[str, str] = os.environ) -> str:
    """The secret itself.

    Raises:
        FetchError: as above.
    """
    if secret.kind == "env":
        value = environ.get(secret.name, "").strip()
        if not value:
            raise FetchError(f"the environment variable {secret.name}, which feeds.yaml names, is not set")
    else:
        try:
            with Path(secret.name).open(encoding="utf-8") as file:
                value = file.read(_MAX_SIZE).strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
            raise FetchError(f"the secret file {secret.name}, which feeds.yaml names: {reason}") from error
        if not value:
            raise FetchError(f"the secret file {secret.name}, which feeds.yaml names, is empty")
    if not value.isprintable():
        raise FetchError(f"the secret in {secret.name} must be one line of text")
    return value
