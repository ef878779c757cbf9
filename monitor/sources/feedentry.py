"""One entry of feeds.yaml: what may stand in it, and the Feed it means."""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from monitor.errors import FeedListError
from monitor.model.article import Feed, FullText, Priority, Secret
from monitor.sources.feeds import http_url
from monitor.sources.language import code_of

KEYS = (
    "url", "name", "group", "outlet", "owner", "lang", "country", "labels", "priority", "interval", "full_text",
    "headers", "login", "enabled",
)  # fmt: skip
_TEXTS = frozenset({"url", "name", "group", "outlet", "owner", "lang", "country", "priority", "full_text"})
_INTERVAL = re.compile(r"(\d{1,6})\s*(s|m|h|d)")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_LABEL = re.compile(r"[\w][\w .:/-]{0,49}")
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OURS = frozenset({
    "host", "content-length", "transfer-encoding", "connection", "accept-encoding", "user-agent", "if-none-match",
    "if-modified-since",
})  # fmt: skip
_SECRET_NAME = re.compile(r"authori[sz]ation|cookie|token|secret|password|api-?key", re.IGNORECASE)

Complaint = Callable[[object, str], FeedListError]


def read_entry(entry: Mapping[object, object] | str, group: str, folder: Path, wrong: Complaint) -> Feed:
    """The feed an entry means.

    Args:
        entry: a URL, or a mapping of KEYS.
        group: the heading it stands under.
        folder: what the paths of secret files are relative to.
        wrong: makes the error for a key (or None for the whole entry) and a problem, with its place.

    Raises:
        FeedListError: something in it cannot be used.
    """
    if isinstance(entry, str):
        entry = {"url": entry}
    for key, value in entry.items():
        if key not in KEYS:
            raise wrong(key, f"unknown key {str(key)!r}{nearest(key, KEYS)}")
        if key in _TEXTS and not isinstance(value, str):
            # YAML reads an unquoted `no` as false in its old version; say what to write rather than guess.
            raise wrong(key, f"{key} must be text; put it in quotes, not {value!r}")
    texts = {key: " ".join(str(entry.get(key, "")).split()) for key in _TEXTS}
    return named(
        Feed(
            url=_url(entry, wrong),
            name=texts["name"],
            group=texts["group"] if "group" in entry else group,
            outlet=texts["outlet"],
            owner=texts["owner"],
            lang=_lang(texts["lang"], wrong),
            country=_country(texts["country"], wrong),
            labels=_labels(entry.get("labels"), wrong),
            priority=Priority(_choice(entry, "priority", tuple(Priority), wrong) or Priority.NORMAL),
            interval=_interval(entry.get("interval"), wrong),
            full_text=_full_text(entry, wrong),
            headers=_headers(entry.get("headers"), folder, wrong),
            login=_secret(entry["login"], "login", folder, wrong) if entry.get("login") is not None else None,
            enabled=_enabled(entry.get("enabled", True), wrong),
        )
    )


def entry_of(feed: Feed) -> dict[str, object]:
    """The shortest entry that means this feed."""
    host = _host(feed.url)
    entry: dict[str, object] = {"url": feed.url}
    if feed.name and feed.name != host:
        entry["name"] = feed.name
    if feed.outlet and feed.outlet not in {feed.name, host}:
        entry["outlet"] = feed.outlet
    if feed.owner and feed.owner not in {feed.outlet, feed.name, host}:
        entry["owner"] = feed.owner
    entry |= {key: value for key, value in (("lang", feed.lang), ("country", feed.country)) if value}
    if feed.labels:
        entry["labels"] = list(feed.labels)
    if feed.priority is not Priority.NORMAL:
        entry["priority"] = feed.priority.value
    if feed.interval:
        entry["interval"] = _in_words(feed.interval)
    if feed.full_text is not None:
        entry["full_text"] = feed.full_text.value
    if feed.headers:
        entry["headers"] = {
            name: {value.kind: value.name} if isinstance(value, Secret) else value for name, value in feed.headers
        }
    if feed.login:
        entry["login"] = {feed.login.kind: feed.login.name}
    if not feed.enabled:
        entry["enabled"] = False
    return entry


def named(feed: Feed) -> Feed:
    """The feed with name, outlet and owner filled in where they are not given."""
    name = feed.name or _host(feed.url) or feed.url
    outlet = feed.outlet or name
    return replace(feed, name=name, outlet=outlet, owner=feed.owner or outlet)


def feed_url(url: str) -> str:
    """The address as it is kept: http(s), host in lower case; "" where it is none."""
    url = url.strip()
    if url.startswith(("feed://", "feed:http")):
        url = "http://" + url.removeprefix("feed://") if url.startswith("feed://") else url.removeprefix("feed:")
    return http_url(url, "")


def nearest(key: object, valid: Iterable[str]) -> str:
    """A hint at the key that was meant."""
    names = list(valid)
    near = difflib.get_close_matches(str(key), names, n=1, cutoff=0.5)
    return f"; did you mean {near[0]!r}?" if near else f"; known are {', '.join(names)}"


def _url(entry: Mapping[object, object], wrong: Complaint) -> str:
    written = str(entry.get("url") or "")
    if not written:
        raise wrong(None, "the feed has no `url`")
    url = feed_url(written)
    if not url:
        raise wrong("url", f"{written[:200]!r} is not an http or https address")
    if "@" in urlsplit(written.strip()).netloc:
        raise wrong("url", "a password does not belong in an address; name where it stands: `login: {env: NAME}`")
    return url


def _lang(written: str, wrong: Complaint) -> str:
    lang = code_of(written)
    if written and not lang:
        raise wrong("lang", f"{written!r} is not a language code such as en, uk or ar")
    return lang


def _country(written: str, wrong: Complaint) -> str:
    if written and not re.fullmatch("[A-Za-z]{2}", written):
        raise wrong("country", f"{written!r} is not a two-letter country code such as UA or GB")
    return written.upper()


def is_label(word: str) -> bool:
    """Whether a word can be a label."""
    return _LABEL.fullmatch(word) is not None


def _labels(written: object, wrong: Complaint) -> tuple[str, ...]:
    labels = [written] if isinstance(written, str) else written or []
    if not isinstance(labels, list):
        raise wrong("labels", "labels must be words, such as [wire, defence]")
    for label in labels:
        if not (isinstance(label, str) and is_label(label.strip())):
            raise wrong("labels", f"{label!r} is not a label: a word of letters and digits, at most 50")
    return tuple(dict.fromkeys(label.strip() for label in labels))


def _choice(entry: Mapping[object, object], key: str, choices: tuple[str, ...], wrong: Complaint) -> str:
    value = entry.get(key)
    if value is not None and value not in choices:
        raise wrong(key, f"{value!r} is not one of {', '.join(choices)}")
    return str(value or "")


def _full_text(entry: Mapping[object, object], wrong: Complaint) -> FullText | None:
    chosen = _choice(entry, "full_text", tuple(FullText), wrong)
    return FullText(chosen) if chosen else None


def _enabled(value: object, wrong: Complaint) -> bool:
    if not isinstance(value, bool):
        raise wrong("enabled", f"enabled must be true or false, not {value!r}")
    return value


def _interval(value: object, wrong: Complaint) -> timedelta | None:
    if value is None:
        return None
    if not isinstance(value, str) and type(value) is not int:
        raise wrong("interval", f"interval must be a time with its unit, such as 15m or 2h, not {value!r}")
    found = _INTERVAL.fullmatch(f"{value}s" if isinstance(value, int) else value.strip())
    interval = timedelta(seconds=int(found[1]) * _UNITS[found[2]]) if found else timedelta(0)
    if not timedelta(minutes=1) <= interval <= timedelta(days=7):
        raise wrong("interval", f"{value!r} is not a time from 1m to 7d, such as 15m or 2h")
    return interval


def _in_words(interval: timedelta) -> str:
    seconds = int(interval.total_seconds())
    unit = next(unit for unit in ("d", "h", "m", "s") if seconds % _UNITS[unit] == 0)
    return f"{seconds // _UNITS[unit]}{unit}"


def _headers(written: object, folder: Path, wrong: Complaint) -> tuple[tuple[str, str | Secret], ...]:
    if written is None:
        return ()
    if not isinstance(written, Mapping):
        raise wrong("headers", "headers must map names to values, such as {Accept-Language: en}")
    headers: list[tuple[str, str | Secret]] = []
    for name, value in written.items():
        if not (isinstance(name, str) and _HEADER.fullmatch(name)) or name.lower() in _OURS:
            raise wrong("headers", f"{str(name)[:80]!r} is not a header that can be set")
        if not isinstance(value, str):
            headers.append((str(name), _secret(value, name, folder, wrong)))
            continue
        if _SECRET_NAME.search(name):
            raise wrong("headers", f"{name} is a secret, which does not belong in this file; write {{env: NAME}}")
        if not value.isprintable() or not value.isascii():
            raise wrong("headers", f"the value of {name} must be plain ASCII text on one line")
        headers.append((str(name), str(value)))
    return tuple(headers)


def _secret(value: object, key: str, folder: Path, wrong: Complaint) -> Secret:
    place = key if key in KEYS else "headers"
    if isinstance(value, Mapping) and len(value) == 1:
        [(kind, name)] = value.items()
        if kind == "env" and isinstance(name, str) and _VARIABLE.fullmatch(name):
            return Secret("env", str(name))
        if kind == "file" and isinstance(name, str) and name.strip():
            return Secret("file", str(folder / name.strip()))
    raise wrong(place, f"{key} must say where it stands: {{env: NAME}} or {{file: PATH}}")


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")
