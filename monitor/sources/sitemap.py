"""Sitemaps to raw items: Google News sitemaps are read like feeds, an index names the sitemaps to read."""

import re
from typing import TYPE_CHECKING

from monitor.sources.items import RawFeed, RawItem, Sitemap

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

ROOTS = {"urlset", "sitemapindex"}
_MAX_LISTED = 50_000
_NEWS = re.compile(r"news|latest|recent|today|aktuell|actu|noticia", re.IGNORECASE)


def read_sitemap(root: "Element") -> RawFeed:
    """The pages of a sitemap, or the sitemaps of an index.

    A page is an article where the News extension tells its title; one without gives its address and date, no words.
    Source: sitemaps.org, and Google's documentation of news sitemaps.
    """
    feed = RawFeed()
    for element in root:
        fields = _fields(element)
        address = fields.get("loc", "")
        if not address:
            continue
        if _local(element) == "sitemap":
            if len(feed.sitemaps) < _MAX_LISTED:
                feed.sitemaps.append(Sitemap(address, fields.get("lastmod", "")))
        elif _local(element) == "url":
            feed.items.append(_item(address, fields))
            feed.title = feed.title or fields.get("name", "")
    return feed


def worth_reading(sitemaps: list[Sitemap], limit: int) -> list[Sitemap]:
    """The sitemaps of an index in which news is likeliest: named so, then newest, then listed last.

    Archives are listed oldest first as a rule, and often without dates.
    """
    ranked = sorted(
        enumerate(sitemaps),
        key=lambda pair: (bool(_NEWS.search(pair[1].address)), pair[1].modified[:25], pair[0]),
        reverse=True,
    )
    return [sitemap for _, sitemap in ranked[:limit]]


def _item(address: str, fields: dict[str, str]) -> RawItem:
    keywords = fields.get("keywords", "")
    return RawItem(
        id=address,
        link=address,
        title=fields.get("title", ""),
        published=fields.get("publication_date", ""),
        updated=fields.get("lastmod", ""),
        lang=fields.get("language", ""),
        categories=tuple(word.strip() for word in keywords.split(",") if word.strip()),
    )


def _fields(element: "Element") -> dict[str, str]:
    """The texts below an element by local name, those of the News extension first; images and videos left out."""
    fields: dict[str, str] = {}
    for child in element:
        name = _local(child)
        if name == "news":
            for inner in child.iter("{*}*"):
                if not len(inner) and inner.text:
                    fields[_local(inner)] = inner.text.strip()
        elif not len(child) and child.text:
            fields.setdefault(name, child.text.strip())
    return fields


def _local(element: "Element") -> str:
    return str(element.tag).rpartition("}")[2].lower()
