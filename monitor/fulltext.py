"""Full text: of articles whose feed gives a summary only, the page is fetched before they are decided about."""

import asyncio
import html
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import structlog

from monitor.errors import FetchError, ParseError, StoreError
from monitor.model.article import Article, FullText, SourceKind
from monitor.model.rule import Match
from monitor.pipeline import Rulebook
from monitor.ports import Clock
from monitor.sources.http import GuardedClient
from monitor.sources.language import contradicts, detect
from monitor.sources.pages import Page, PageJob, PageKind
from monitor.sources.robots import Robots
from monitor.storage import StoreThread
from monitor.store.sql import SqlStore
from monitor.telemetry.metrics import Metrics
from monitor.workers import PageWorkers

PAGE_TYPES = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"
_WIRE = 5_000_000
# Texts shorter than this are taken for summaries, and longer ones that break off.
_WHOLE = 1_500
_BROKEN_OFF = ("…", "...", "[...]", "[…]", "read more", "continue reading", "weiterlesen", "lire la suite", "leer más")
# Older articles do not alert; a new feed's backlog is not worth a page each.
_RECENT = timedelta(hours=48)
_PATIENCE = 60.0
_LONGEST = 180.0
"""Seconds an article waits for its page, the queue of its host counted."""
_AT_ONCE = 16
"""Pages fetched at once: each may take tens of megabytes."""
_AT_ONCE_OF_HOST = 2
_MOST = 200
"""Pages awaited at once; beyond, articles go on with what their feed says."""
_MOST_OF_HOST = 100

FLAGS = {
    PageKind.ARTICLE: "full_text",
    PageKind.PAYWALL: "paywall",
    PageKind.CONSENT: "consent_page",
    PageKind.BARRED: "page_barred",
    PageKind.NOTHING: "page_without_text",
}
NOT_READ = "page_not_read"
_ALL_FLAGS = frozenset((*FLAGS.values(), NOT_READ))


class Pages:
    """Fetches and reads the pages of articles beside the pipeline, which takes the articles up again afterwards.

    Args:
        mode_of: a feed's own wish, by its URL; None where it leaves that to the rules.
        on_ready: called when an article can go on.
    """

    def __init__(
        self,
        *,
        store: SqlStore,
        call: StoreThread,
        client: GuardedClient,
        robots: Robots,
        workers: PageWorkers,
        mode_of: Callable[[str], FullText | None],
        clock: Clock,
        metrics: Metrics,
        on_ready: Callable[[], None],
    ) -> None:
        self._store, self._call, self._client = store, call, client
        self._robots, self._workers, self._mode_of = robots, workers, mode_of
        self._clock, self._metrics, self._on_ready = clock, metrics, on_ready
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._places = asyncio.Semaphore(_AT_ONCE)
        # A slow host, or one with much news, has a queue of its own and holds up no other's pages.
        self._waiting: Counter[str] = Counter()
        self._of_host: dict[str, asyncio.Semaphore] = {}
        self._log = structlog.get_logger("monitor.pages")

    @property
    def under_way(self) -> frozenset[str]:
        """Ids of the articles whose pages are awaited."""
        return frozenset(self._under_way)

    def take(self, article: Article, matches: Iterable[Match], book: Rulebook) -> bool:
        """Begin to fetch the article's page if the feed or a rule asks for it; whether it was begun."""
        wanted = wants_page(article, matches, book, self._mode_of(article.source), self._clock.now())
        host = urlsplit(article.url).hostname or ""
        if not wanted or len(self._under_way) >= _MOST or self._waiting[host] >= _MOST_OF_HOST:
            return False
        self._waiting[host] += 1
        self._under_way[article.id] = asyncio.create_task(self._complete(article, host))
        return True

    async def settle(self) -> int:
        """Wait for the pages under way; how many there were."""
        waiting = list(self._under_way.values())
        await asyncio.gather(*waiting)
        return len(waiting)

    async def close(self) -> None:
        """Stop; what is not finished begins again with the next start."""
        for task in self._under_way.values():
            task.cancel()
        await asyncio.gather(*self._under_way.values(), return_exceptions=True)

    async def _complete(self, article: Article, host: str) -> None:
        try:
            completed = await self._with_page(article, host)
            await self._call(self._store.complete, completed)
        except StoreError as error:
            self._log.warning("a page could not be stored; it is fetched again", article=article.id, error=str(error))
        finally:
            del self._under_way[article.id]
            self._waiting[host] -= 1
            if not self._waiting[host]:
                del self._waiting[host]
                self._of_host.pop(host, None)
            self._on_ready()

    async def _with_page(self, article: Article, host: str) -> Article:
        """The article with what its page says; whatever goes wrong, the article stays as its feed gave it."""
        place = self._of_host.setdefault(host, asyncio.Semaphore(_AT_ONCE_OF_HOST))
        try:
            async with asyncio.timeout(_LONGEST), place, self._places, asyncio.timeout(_PATIENCE):
                page = await self._read(article.url)
            completed = with_page(article, page)
        except (FetchError, ParseError, TimeoutError) as error:
            why = str(error) or "not there in time"
            self._log.info("page not read", article=article.id, url=article.url, why=why)
            self._metrics.pages.labels("failed").inc()
            return replace(article, flags=(*article.flags, NOT_READ))
        except Exception as error:  # noqa: BLE001 - a mistake of ours on one page must not lose its article
            self._metrics.failures.labels("page").inc()
            self._log.error("a page failed: this is a bug, please report it", url=article.url, exc_info=error)
            return replace(article, flags=(*article.flags, NOT_READ))
        self._metrics.pages.labels(page.kind.value).inc()
        return completed

    async def _read(self, url: str) -> Page:
        if not await self._robots.allow(url):
            raise FetchError("the site's robots.txt keeps programs from this page")
        fetched = await self._client.get(url, accept=PAGE_TYPES, wire=_WIRE)
        job = PageJob(fetched.body, fetched.headers.get("content-type", ""), fetched.url, self._clock.now())
        return await self._workers.read(job)


def wants_page(
    article: Article, matches: Iterable[Match], book: Rulebook, mode: FullText | None, now: datetime
) -> bool:
    """Whether the article's page is to be fetched: it has a summary only, and its feed or a rule asks for more.

    A feed's own mode counts; where it has none, any rule may ask for all pages or for those of its matches.
    """
    if article.kind is not SourceKind.FEED or not article.url or not _ALL_FLAGS.isdisjoint(article.flags):
        return False
    if mode is FullText.NEVER or now - article.time > _RECENT or not is_summary(article.text):
        return False
    if mode is FullText.ALWAYS or (mode is None and book.reads_pages):
        return True
    if mode is FullText.MATCHED:
        return any(True for _ in matches)
    asks = {FullText.MATCHED, FullText.ALWAYS}
    return any(book.rules[match.rule_id].full_text in asks for match in matches if match.rule_id in book.rules)


def is_summary(text: str) -> bool:
    """Whether a text is likely not the whole article."""
    return len(text) < _WHOLE or text[-40:].rstrip(" .)]»>").lower().endswith(_BROKEN_OFF) or text.endswith(_BROKEN_OFF)


def with_page(article: Article, page: Page) -> Article:
    """The article with its page merged in: the longer text; of the rest, what the feed left open."""
    flags = (*article.flags, FLAGS[page.kind])
    if page.kind not in {PageKind.ARTICLE, PageKind.PAYWALL}:
        return replace(article, flags=flags)
    title = article.title or page.title
    longer = len(page.text) > len(article.text)
    text = page.text if longer else article.text
    url = page.url or article.url
    markup = "".join(f"<p>{html.escape(paragraph, quote=False)}</p>" for paragraph in text.split("\n\n"))
    return replace(
        article,
        title=title,
        text=text,
        html=markup if longer else article.html,
        url=url,
        addresses=tuple(dict.fromkeys(one for one in (article.url, page.place) if one and one != url)),
        authors=article.authors or page.authors,
        published=article.published or page.published,
        # Many pages declare what their template says.
        lang=article.lang or ("" if contradicts(text, page.lang) else page.lang) or detect(f"{title}. {text}"),
        flags=flags,
    )
