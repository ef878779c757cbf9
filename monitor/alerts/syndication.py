"""Alerts as a feed that any reader can follow: RSS 2.0, Atom (RFC 4287) or JSON Feed 1.1."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Final
from xml.etree import ElementTree as ET

from monitor.alerts.plain import body, subject
from monitor.model.alert import Alert

MEDIA_TYPES: Final = {
    "rss": "application/rss+xml",
    "atom": "application/atom+xml",
    "json": "application/feed+json",
}
_ATOM = "http://www.w3.org/2005/Atom"


def feed(kind: str, alerts: Sequence[Alert], title: str, address: str) -> str:
    """The feed document of a kind in `MEDIA_TYPES`; `address` is its own URL.

    An article that alerted several channels is one entry, told as the newest of these alerts; the order is kept.
    """
    entries = list({alert.article_id + alert.card.headline: alert for alert in reversed(alerts)}.values())[::-1]
    made = {"rss": _rss, "atom": _atom, "json": _json}[kind](entries, title, address)
    return made.encode("utf-8", "replace").decode()


def _json(alerts: Sequence[Alert], title: str, address: str) -> str:
    items = [
        {"id": _id(alert), "title": subject(alert.card), "content_text": body(alert.card) or subject(alert.card)}
        | ({"url": alert.card.url} if alert.card.url else {})
        | {"date_published": alert.created.isoformat(), "tags": [alert.severity.value, *alert.rules]}
        for alert in alerts
    ]
    document = {"version": "https://jsonfeed.org/version/1.1", "title": title, "feed_url": address, "items": items}
    return json.dumps(document, ensure_ascii=False, indent=1)


def _rss(alerts: Sequence[Alert], title: str, address: str) -> str:
    root = ET.Element("rss", {"version": "2.0"})
    channel = ET.SubElement(root, "channel")
    for name, text in (("title", title), ("link", address), ("description", title)):
        ET.SubElement(channel, name).text = text
    for alert in alerts:
        item = ET.SubElement(channel, "item")
        ET.SubElement(item, "title").text = subject(alert.card)
        if alert.card.url:
            ET.SubElement(item, "link").text = alert.card.url
        ET.SubElement(item, "guid", {"isPermaLink": "false"}).text = _id(alert)
        ET.SubElement(item, "pubDate").text = format_datetime(alert.created.astimezone(UTC))
        ET.SubElement(item, "description").text = body(alert.card)
        for name in (alert.severity.value, *alert.rules):
            ET.SubElement(item, "category").text = name
    return _document(root)


def _atom(alerts: Sequence[Alert], title: str, address: str) -> str:
    root = ET.Element("feed", {"xmlns": _ATOM})
    newest = max((alert.created for alert in alerts), default=datetime(2000, 1, 1, tzinfo=UTC))
    for name, text in (("title", title), ("id", address), ("updated", newest.isoformat())):
        ET.SubElement(root, name).text = text
    ET.SubElement(root, "link", {"rel": "self", "href": address})
    ET.SubElement(ET.SubElement(root, "author"), "name").text = "newsmonitor"
    for alert in alerts:
        entry = ET.SubElement(root, "entry")
        for name, text in (
            ("title", subject(alert.card)),
            ("id", _id(alert)),
            ("updated", alert.created.isoformat()),
            ("content", body(alert.card)),
        ):
            ET.SubElement(entry, name).text = text
        if alert.card.url:
            ET.SubElement(entry, "link", {"href": alert.card.url})
        for name in (alert.severity.value, *alert.rules):
            ET.SubElement(entry, "category", {"term": name})
    return _document(root)


def _document(root: ET.Element) -> str:
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode")


def _id(alert: Alert) -> str:
    return f"urn:newsmonitor:alert:{alert.id}"
