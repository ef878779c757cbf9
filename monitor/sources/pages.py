"""A news page to its article: text and metadata, by trafilatura; paywalls and consent pages told for what they are.

Runs in worker processes: trafilatura takes tens of milliseconds a page, and far longer for a hostile one.
"""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import urljoin, urlsplit

from monitor.errors import ParseError
from monitor.sources.clean import MAX_TEXT, plain_text, plain_title, tidy
from monitor.sources.dates import parse_date
from monitor.sources.encoding import decode, is_binary
from monitor.sources.feeds import http_url
from monitor.sources.language import code_of
from monitor.sources.seedfiles import SeedItem, read_html

MAX_PAGE = 3_000_000
"""Characters of a page that are read; longer ones are cut."""
_SHORT = 1_500
_SENTENCE = 40
_STUB = 3_000
_SCRIPT = re.compile(r"<script[^>]{0,300}ld\+json[^>]{0,300}>(.{1,200000}?)</script", re.IGNORECASE | re.DOTALL)
_CONSENT_HOSTS = ("consent.", "guce.", "cmp.", "privacy.")
_CONSENT = re.compile(
    r"we (?:value|care about) your privacy|(?:accept|allow|reject) all(?: cookies)?\b"
    r"|manage (?:preferences|cookies|options)|we and our (?:\d+ )?partners"
    r"|before you continue|cookie (?:policy|settings|preferences|consent)"
    r"|alle(?: cookies)? (?:akzeptieren|annehmen|ablehnen)|zustimm(?:en|ung)\b|werbung und tracking"
    r"|datenschutzeinstellungen"
    r"|tout (?:accepter|refuser)|continuer sans accepter|nos partenaires|aceptar (?:todo|y continuar|todas las cookies)"
    r"|accetta (?:tutti|e continua)|rifiuta tutti|alles accepteren|godta alle|acceptera alla|принять все|прийняти всі",
    re.IGNORECASE,
)
_PAYWALL = re.compile(
    r"subscribe (?:now )?to (?:continue|keep|read|unlock)|to continue reading|already a subscriber|for subscribers only"
    r"|subscriber[- ]only|subscribers? can read|sign in to (?:continue|read)|create a free account to"
    r"|unlock this article|you have (?:reached|read) your (?:limit|last)|(?:\d+|all) (?:of )?your free articles"
    r"|this (?:article|story|content) is (?:for|exclusive)"
    r"|weiterlesen mit|mit .{1,20}plus weiterlesen|jetzt abonnieren|nur für abonnenten"
    r"|réservé (?:aux|à nos) abonnés|il vous reste .{1,20} (?:de cet article )?à lire|abonnez-vous pour"
    r"|suscríbete para|contenido (?:exclusivo )?para suscriptores|abbonati per|riservato agli abbonati"
    r"|alleen voor abonnees|kun for abonnenter|för prenumeranter|только для подписчиков|передплат(?:іть|никам)",
    re.IGNORECASE,
)
_BARRED = re.compile(
    r"just a moment\.\.\.|checking your browser|enable javascript and cookies|verify (?:that )?you are (?:a )?human"
    r"|are you a robot|unusual traffic|access (?:to this page has been )?denied|attention required|request blocked"
    r"|pardon our interruption",
    re.IGNORECASE,
)

_MISSING = re.compile(
    r"\b404\b.{0,20}not found|page (?:you(?:'re| are) looking for|you requested|could not be found|(?:was )?not found)"
    r"|(?:need to|please|must) enable javascript|seite (?:wurde )?nicht gefunden|page (?:introuvable|non trouvée)"
    r"|página no encontrada|pagina non trovata|страница не найдена|сторінку не знайдено",
    re.IGNORECASE,
)


class PageKind(StrEnum):
    """What a page turned out to be."""

    ARTICLE = "article"
    PAYWALL = "paywall"
    CONSENT = "consent"
    BARRED = "barred"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class PageJob:
    """A page as it was fetched: its body, the Content-Type header, where it came from, and when (UTC)."""

    body: bytes
    content_type: str
    url: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says.

    Attributes:
        kind: an article; the stub before a paywall, whose text is the part that is free; or none.
        title, text: plain; text only of articles and stubs.
        url: the canonical address, "" where it gives none on its own site.
        published: when it says it was published (UTC).
        lang: ISO 639-1 code it declares, "" for none.
        place: where it was found in the end, redirects followed.
    """

    kind: PageKind
    title: str = ""
    text: str = ""
    url: str = ""
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    lang: str = ""
    place: str = ""


def read_page(job: PageJob) -> Page:
    """The article of a page.

    Raises:
        ParseError: it is no page; the message says what it is instead.
    """
    # Imported here: only a worker pays for loading it.
    from trafilatura import bare_extraction  # noqa: PLC0415
    from trafilatura.settings import Document  # noqa: PLC0415

    kind = job.content_type.partition(";")[0].strip().lower()
    if kind and not kind.startswith(("text/", "application/xhtml", "application/xml")):
        raise ParseError(f"the page is {kind}, not HTML")
    if job.body.lstrip()[:1] != b"<" and is_binary(job.body):
        raise ParseError("the page is binary, not HTML")
    markup = decode(job.body, _charset(job.content_type))[:MAX_PAGE]
    head = next(read_html(markup))
    structured = _structured(markup)
    found = bare_extraction(
        markup,
        url=job.url,
        include_comments=False,
        include_tables=True,
        with_metadata=True,
        # What the page says of its date; any other date in it is a guess that could make news old.
        date_extraction_params={"original_date": True, "extensive_search": False},
    )
    document = found if isinstance(found, Document) else Document()
    text = _text(document.text or "", head.title)
    barrier = _barrier(text, head, job.url, free=structured.free)
    title = head.title or plain_title(document.title or "")
    if barrier not in {PageKind.ARTICLE, PageKind.PAYWALL} or not _has_sentence(text):
        return Page(barrier if barrier is not PageKind.ARTICLE else PageKind.NOTHING, title)
    authors = head.authors or structured.authors or (document.author or "",)
    return Page(
        barrier,
        title,
        text,
        _canonical(head.url, job.url),
        tuple(dict.fromkeys(filter(None, (plain_title(name, 200) for one in authors for name in one.split(";"))))),
        _published((head.published, structured.published, document.date or ""), job.now),
        code_of(head.lang),
        job.url,
    )


@dataclass(slots=True)
class _Structured:
    """What a page's JSON-LD says of its article: schema.org's words, where they are there."""

    published: str = ""
    authors: tuple[str, ...] = ()
    free: bool = True


def _structured(markup: str) -> _Structured:
    found = _Structured()
    for script in _SCRIPT.finditer(markup):
        try:
            document = json.loads(script[1].strip().removeprefix("<!--").removesuffix("-->"))
        except (ValueError, RecursionError):
            continue
        queue = [document]
        while queue:
            node = queue.pop()
            if isinstance(node, list):
                queue += node[:100]
            elif isinstance(node, dict):
                queue += node["@graph"][:100] if isinstance(node.get("@graph"), list) else []
                if "Article" in str(node.get("@type")) or node.get("@type") in {
                    "ReportageNewsArticle",
                    "LiveBlogPosting",
                }:
                    _note(found, node)
    return found


def _note(found: _Structured, node: dict[str, object]) -> None:
    if isinstance(node.get("datePublished"), str):
        found.published = found.published or str(node["datePublished"])
    people = node.get("author")
    listed = people if isinstance(people, list) else [people]
    names = (person.get("name") if isinstance(person, dict) else person for person in listed[:20])
    found.authors = found.authors or tuple(name for name in names if isinstance(name, str) and "://" not in name)
    if str(node.get("isAccessibleForFree", "")).lower() == "false":
        found.free = False


def _barrier(text: str, head: SeedItem, url: str, *, free: bool) -> PageKind:
    """Whether something stands between the reader and the article, told by few words and what they say."""
    shown = f"{head.title}\n{text or head.text}"
    host = (urlsplit(url).hostname or "").lower()
    if len(shown) < _SHORT:
        if _BARRED.search(shown):
            return PageKind.BARRED
        if _MISSING.search(shown):
            return PageKind.NOTHING
        if host.startswith(_CONSENT_HOSTS) or len({found[0].lower() for found in _CONSENT.finditer(shown)}) > 1:
            return PageKind.CONSENT
    if len(text) < _STUB and (not free or _PAYWALL.search(f"{text}\n{head.text[-_STUB:]}")):
        return PageKind.PAYWALL
    return PageKind.ARTICLE


def _text(extracted: str, title: str) -> str:
    """The extractor's lines as paragraphs, without the headline above and offers to subscribe among them."""
    lines = [line for line in tidy(plain_text(extracted, MAX_TEXT)).split("\n") if line]
    while lines and title and plain_title(lines[0]).casefold() == title.casefold():
        lines.pop(0)
    if lines and " " in title and _headed(lines[0], title):
        lines[0] = lines[0].removeprefix(f"{title} ")
    return "\n\n".join(line for line in lines if len(line) > 250 or not _PAYWALL.search(line))


def _headed(line: str, title: str) -> bool:
    """Whether the headline was run together with the sentence after it, which does not go on from it."""
    return line.startswith(f"{title} ") and line[len(title) + 1 :][:1].isupper()


def _has_sentence(text: str) -> bool:
    """Whether it is more than a menu; a Chinese or Japanese character says as much as a short word."""
    return any(len(line) + 3 * sum(char > "\u2e7f" for char in line) >= _SENTENCE for line in text.split("\n"))


def _canonical(written: str, url: str) -> str:
    """The canonical address where it is on the page's own site: a page cannot pass itself off as another's."""
    try:
        address = http_url(urljoin(url, written), "") if written else ""
        own, other = (urlsplit(place).hostname or "" for place in (url, address))
    except ValueError:
        return ""
    site, claimed = (host.removeprefix("www.").removeprefix("m.") for host in (own, other))
    related = site == claimed or site.endswith(f".{claimed}") or claimed.endswith(f".{site}")
    # Front pages and sections are no article's address.
    return address if address and "." in claimed and related and urlsplit(address).path.strip("/") else ""


def _published(written: tuple[str | float, ...], now: datetime) -> datetime | None:
    found = (parse_date(date, now, words=False) for date in written if date)
    return next((when for when in found if when is not None and when <= now), None)


def _charset(content_type: str) -> str:
    return content_type.partition("charset=")[2].strip("\"' ;")
