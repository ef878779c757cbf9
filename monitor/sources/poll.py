"""One poll of one feed: fetch, compare, parse, decide when to come back."""

import asyncio
import hashlib
import random
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.errors import FetchError, HostHeldError, ParseError
from monitor.model.article import Batch, Feed, FeedState, Quarantined
from monitor.sources.clean import storable
from monitor.sources.feeds import ParsedFeed, parse_feed
from monitor.sources.http import Fetched, GuardedClient
from monitor.sources.hubs import hub_of
from monitor.sources.looks import looks_of
from monitor.sources.schedule import USUAL_PACE, Pace, Said, after_failure, after_success
from monitor.sources.secrets import request_headers

# A body of this size takes about ten milliseconds to read by the fast parser, and ten times that by the forgiving
# one. Above it, parsing goes to a thread: it shares the interpreter, but the event loop gets its turn every 5 ms.
IN_THREAD = 64_000
# Hashing takes a millisecond or two for this much, without the interpreter.
HASH_IN_THREAD = 1_000_000
_TRIES = 2


async def poll(
    feed: Feed,
    state: FeedState | None,
    client: GuardedClient,
    now: datetime,
    rng: random.Random,
    *,
    pace: Pace = USUAL_PACE,
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
    try:
        parsed = await _parse(fetched, feed, now)
    except ParseError as error:
        return Batch(
            state=after_failure(feed, state, error, now, rng, pace=pace),
            quarantined=(Quarantined(feed.url, "", storable(str(error)), now),),
        )
    if parsed.sitemaps:
        # The index says nothing about what is new in its sitemaps: it is read again each time.
        body_hash = ""
        parsed = await _with_sitemaps(parsed, feed, client, now)
    new = _success(feed, state, fetched, now, pace, body_hash=body_hash, said=_said(parsed, fetched, feed))
    return Batch(articles=parsed.articles, state=new, quarantined=parsed.quarantined)


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:32]


async def _fetch(feed: Feed, state: FeedState | None, client: GuardedClient) -> Fetched:
    headers = request_headers(feed)
    if state is None:
        return await client.get(feed.url, headers=headers)
    # A server may do 304 wrong only, so one that goes on failing is asked without validators.
    conditional = state.body_hash and state.failures <= _TRIES
    return await client.get(
        state.moved_to or feed.url,
        etag=state.etag if conditional else "",
        last_modified=state.last_modified if conditional else "",
        headers=headers,
        home=feed.url,
    )


def _held(feed: Feed, state: FeedState | None, held: HostHeldError, now: datetime, rng: random.Random) -> FeedState:
    """The state of a feed that was not asked, because another one of its host was told to wait: no failure of its."""
    wait = timedelta(seconds=(held.retry_after or 0) + rng.uniform(1, 10))
    return replace(state or FeedState(url=feed.url, next_poll=now), next_poll=now + wait)


async def _parse(fetched: Fetched, feed: Feed, now: datetime) -> ParsedFeed:
    content_type = fetched.headers.get("content-type", "")
    if len(fetched.body) < IN_THREAD:
        return parse_feed(fetched.body, content_type, feed, now, url=fetched.url)
    return await asyncio.to_thread(parse_feed, fetched.body, content_type, feed, now, url=fetched.url)


async def _with_sitemaps(index: ParsedFeed, feed: Feed, client: GuardedClient, now: datetime) -> ParsedFeed:
    """An index with the articles of its likeliest sitemaps; one that fails does not cost the others."""
    articles, quarantined = list(index.articles), list(index.quarantined)
    for address in index.sitemaps:
        try:
            parsed = await _parse(await client.get(address), feed, now)
        except (FetchError, ParseError) as error:
            quarantined.append(Quarantined(feed.url, address, storable(str(error)), now))
            continue
        articles += parsed.articles
        quarantined += parsed.quarantined
    return replace(index, articles=tuple(articles), quarantined=tuple(quarantined))


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
    looks = looks_of(parsed.title, parsed.link, parsed.articles, parsed.lang if feed.lang else "")
    hub, topic = hub_of(fetched.headers, fetched.body, fetched.url)
    return Said(looks, parsed.ttl, parsed.skip_hours, parsed.skip_days, hub, topic)
