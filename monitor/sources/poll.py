"""One poll of one feed: fetch, compare, parse, decide when to come back."""

import asyncio
import hashlib
import random
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.errors import FetchError, HostHeldError, ParseError
from monitor.model.article import BASELINE, Batch, Feed, FeedState, Quarantined
from monitor.sources.clean import storable
from monitor.sources.feeds import FeedJob, ParsedFeed
from monitor.sources.http import Fetched, GuardedClient
from monitor.sources.hubs import hub_of
from monitor.sources.looks import Looks, looks_of
from monitor.sources.schedule import USUAL_PACE, Pace, Said, after_failure, after_success
from monitor.sources.secrets import request_headers

Reads = Callable[[FeedJob], Awaitable[ParsedFeed]]
"""Reads a body, here or in another process; raises ParseError where it is no feed."""
# Hashing takes a millisecond or two for this much, without the interpreter.
HASH_IN_THREAD = 1_000_000
_TRIES = 2


async def read_here(job: FeedJob) -> ParsedFeed:
    """Read a body in this process, where nothing else waits meanwhile."""
    return job.read()


async def poll(
    feed: Feed,
    state: FeedState | None,
    client: GuardedClient,
    now: datetime,
    rng: random.Random,
    *,
    pace: Pace = USUAL_PACE,
    read: Reads = read_here,
) -> Batch:
    """What one request to a feed brings: new state always, articles where the body changed.

    Never raises for what the far side does: a failed fetch is a state with its error and back-off; a body that is no
    feed is that and a Quarantined.

    Args:
        feed: the feed to poll.
        state: from its last poll, None for the first.
        client: what to fetch with.
        now: the time (UTC).
        rng: for the back-off's jitter.
        pace: how often to come back.
        read: what reads bodies.
    """
    try:
        fetched = await _fetch(feed, state, client)
    except HostHeldError as held:
        return Batch(state=_held(feed, state, held, now, rng))
    except FetchError as error:
        return Batch(state=after_failure(feed, state, error, now, rng, pace=pace))
    if fetched.not_modified:
        return Batch(state=_success(feed, state, fetched, now, pace))
    large = len(fetched.body) >= HASH_IN_THREAD
    body_hash = await asyncio.to_thread(_digest, fetched.body) if large else _digest(fetched.body)
    if state is not None and state.body_hash == body_hash:
        return Batch(state=_success(feed, state, fetched, now, pace, body_hash=body_hash))
    first = state is None or state.first_ok is None
    # While another feed stands at its address, all of that is looked at.
    known = state.seen if state is not None and not state.other else b""
    flags = (BASELINE,) if first else ()
    job = FeedJob(fetched.body, _content_type(fetched), feed, now, fetched.url, known, flags)
    try:
        parsed = await read(job)
    except ParseError as error:
        return Batch(
            state=after_failure(feed, state, error, now, rng, pace=pace),
            quarantined=(Quarantined(feed.url, "", storable(str(error)), now),),
        )
    if parsed.sitemaps:
        # The index says nothing about what is new in its sitemaps: it is read again each time.
        body_hash = ""
        parsed = await _with_sitemaps(parsed, job, client, read)
    new = _success(feed, state, fetched, now, pace, body_hash=body_hash, said=_said(parsed, fetched, feed))
    articles = parsed.articles
    if state is not None and not first and new.other and not state.other:
        # What another feed lists was there before anybody watched that one.
        articles = tuple(replace(article, flags=(*article.flags, BASELINE)) for article in articles)
    return Batch(articles=articles, state=new, quarantined=parsed.quarantined)


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:32]


async def _fetch(feed: Feed, state: FeedState | None, client: GuardedClient) -> Fetched:
    headers = request_headers(feed)
    if state is None:
        return await client.get(feed.url, headers=headers)
    # A feed that goes on failing is asked as if for the first time: a server may do 304 wrong only, and the place it
    # moved to may be gone while the address the operator wrote still works.
    usual = state.failures <= _TRIES
    conditional = state.body_hash and usual
    return await client.get(
        (usual and state.moved_to) or feed.url,
        etag=state.etag if conditional else "",
        last_modified=state.last_modified if conditional else "",
        headers=headers,
        home=feed.url,
    )


def _held(feed: Feed, state: FeedState | None, held: HostHeldError, now: datetime, rng: random.Random) -> FeedState:
    """The state of a feed that was not asked, because another one of its host was told to wait: no failure of its."""
    wait = timedelta(seconds=(held.retry_after or 0) + rng.uniform(1, 10))
    return replace(state or FeedState(url=feed.url, next_poll=now), next_poll=now + wait)


def _content_type(fetched: Fetched) -> str:
    return fetched.headers.get("content-type", "")


async def _with_sitemaps(index: ParsedFeed, job: FeedJob, client: GuardedClient, read: Reads) -> ParsedFeed:
    """An index with the articles of its likeliest sitemaps; one that fails does not cost the others."""
    articles, quarantined, seen, known = list(index.articles), list(index.quarantined), index.seen, index.known
    for address in index.sitemaps:
        try:
            fetched = await client.get(address)
            parsed = await read(replace(job, body=fetched.body, content_type=_content_type(fetched), url=fetched.url))
        except (FetchError, ParseError) as error:
            quarantined.append(Quarantined(job.feed.url, address, storable(str(error)), job.now))
            continue
        articles += parsed.articles
        quarantined += parsed.quarantined
        seen, known = seen + parsed.seen, known + parsed.known
    return replace(index, articles=tuple(articles), quarantined=tuple(quarantined), seen=seen, known=known)


def _success(
    feed: Feed,
    state: FeedState | None,
    fetched: Fetched,
    now: datetime,
    pace: Pace,
    *,
    body_hash: str = "",
    said: Said | None = None,
) -> FeedState:
    return after_success(
        feed,
        state,
        now,
        headers=fetched.headers,
        pace=pace,
        said=said,
        body_hash=body_hash,
        moved_to=fetched.moved_to,
    )


def _said(parsed: ParsedFeed, fetched: Fetched, feed: Feed) -> Said:
    if parsed.known:
        # Some of its entries are those it had: whatever it calls itself, it is the same feed.
        looks = Looks(parsed.title)
    else:
        looks = looks_of(parsed.title, parsed.link, parsed.articles, parsed.lang if feed.lang else "")
    hub, topic = hub_of(fetched.headers, fetched.body, fetched.url)
    return Said(looks, parsed.ttl, parsed.skip_hours, parsed.skip_days, hub, topic, parsed.seen)
