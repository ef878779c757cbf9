"""What a feed looks like, and whether another one stands at its address now: a parked domain, a site that was sold."""

import difflib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.model.article import Article

_WORD = re.compile(r"\w{3,}")
# Words that feeds of any site have in their titles.
_COMMON = {"news", "rss", "feed", "feeds", "the", "and", "latest", "home", "atom", "articles", "all", "top", "online"}
_ALIKE = 0.6
# Fewer entries say nothing of where a feed leads or what it is written in.
_ENOUGH = 3
_SECOND_LEVEL = 3


@dataclass(frozen=True, slots=True)
class Looks:
    """What a body says its feed is.

    Attributes:
        title: what it calls itself, "" for nothing.
        sites: hosts of the site it is about and of most of its entries; none where it has no site of its own.
        lang: ISO 639-1 code of most entries, "" where there is none.
    """

    title: str = ""
    sites: tuple[str, ...] = ()
    lang: str = ""


def looks_of(title: str, link: str, articles: Sequence[Article], declared: str = "") -> Looks:
    """The looks of a feed as read; where its language is set by hand, the one it declares counts."""
    hosts = Counter(host for article in articles if (host := _host(article.url)))
    sites = [_host(link)] if _host(link) else []
    if len(articles) >= _ENOUGH and hosts:
        host, count = hosts.most_common(1)[0]
        sites += [host] if count > len(articles) / 2 and host not in sites else []
    langs = Counter(article.lang for article in articles if article.lang)
    lang, count = langs.most_common(1)[0] if langs else ("", 0)
    return Looks(title, tuple(sites), declared or (lang if count >= _ENOUGH and count > len(articles) / 2 else ""))


def turned(before: Looks, now: Looks) -> str:
    """How a feed has become another one, in words; "" where it has not.

    A site may change its name, its address or its language; two of these at once are another feed.
    """
    signs = []
    if before.title and now.title and not _same_title(before.title, now.title):
        signs.append(f"calls itself {now.title[:80]!r}, no longer {before.title[:80]!r}")
    if before.sites and now.sites and not any(_related(one, two) for one in before.sites for two in now.sites):
        signs.append(f"leads to {now.sites[0]}, no longer to {before.sites[0]}")
    if before.lang and now.lang and before.lang != now.lang:
        signs.append(f"is in {now.lang}, no longer in {before.lang}")
    return " and ".join(signs) if len(signs) > 1 else ""


def _same_title(one: str, two: str) -> bool:
    one, two = one.casefold(), two.casefold()
    words = (set(_WORD.findall(title)) - _COMMON for title in (one, two))
    return bool(set.intersection(*words)) or difflib.SequenceMatcher(None, one[:80], two[:80]).ratio() >= _ALIKE


def _related(one: str, two: str) -> bool:
    """Whether two hosts are likely of one site."""
    return _site(one) == _site(two) or one.endswith(f".{two}") or two.endswith(f".{one}")


def _site(host: str) -> str:
    """The part of a host that is registered, told by its look: example.org, example.co.uk."""
    labels = host.split(".")
    short = len(labels) > 2 and len(labels[-2]) <= _SECOND_LEVEL and len(labels[-1]) == 2
    return ".".join(labels[-3 if short else -2 :])


def _host(url: str) -> str:
    """The host of an address as articles have it: http or https, without user, in lower case."""
    return url.partition("://")[2].partition("/")[0].partition(":")[0].removeprefix("www.")
