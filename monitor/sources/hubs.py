"""The hub a feed names, by its answer's Link headers or in its document."""

import html
import re
from collections.abc import Mapping

from monitor.sources.feeds import http_url

_LINK = re.compile(r"<\s*([^>]{1,2000})\s*>((?:\s*;\s*[^;,\"]+(?:\"[^\"]*\")?)+)")
_RELATION = re.compile(r"\brel\s*=\s*\"?\s*([^\";,]+)", re.IGNORECASE)
_TAG = re.compile(rb"<(?:\w{1,20}:)?link\b([^<>]{1,3000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"\b(rel|href)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_HEAD = 20_000
"""Hubs stand above the entries."""


def hub_of(headers: Mapping[str, str], body: bytes, url: str) -> tuple[str, str]:
    """The hub and the topic a feed names, "" for no hub; the topic is the feed's address where it names none.

    Args:
        headers: the answer's, names in lower case.
        body: the document.
        url: where it was fetched.
    """
    found: dict[str, str] = {}
    for address, parameters in _LINK.findall(headers.get("link", "")[:_HEAD]):
        relation = _RELATION.search(parameters)
        for name in relation[1].lower().split() if relation else ():
            found.setdefault(name, address.strip())
    for tag in _TAG.findall(body[:_HEAD]):
        values = {
            name.lower(): html.unescape(one or other)
            for name, one, other in _ATTRIBUTE.findall(tag.decode("utf-8", "replace"))
        }
        for name in values.get("rel", "").lower().split():
            found.setdefault(name, values.get("href", ""))
    hub = http_url(found.get("hub", ""), url) if found.get("hub") else ""
    return (hub, http_url(found.get("self", ""), url) or url) if hub else ("", "")
