"""The slash command: `/watch VERB ...`."""

import html
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

from monitor.alerts.times import stamp
from monitor.answers import drafting
from monitor.answers.context import Context
from monitor.answers.people import Asker
from monitor.answers.presses import hold
from monitor.answers.replies import Modal, Reply, bullets, counted, escaped, link, note, section, verbatim, words
from monitor.model.alert import Alert
from monitor.model.selector import Selector
from monitor.rules.drafting import Draft, drafted
from monitor.rules.durations import read_duration
from monitor.rules.nearest import nearest
from monitor.sinks.slack_blocks import DOT, Block, when

_SHOWN, _MOST_SHOWN, _SEARCHED = 5, 20, 2_000
_LONGEST_HOLD = timedelta(days=30)

USAGE = {
    "status": ("status", "is everything running?"),
    "last": ("last [N]", "the newest alerts of this channel"),
    "search": ("search WORDS", "articles with these words in the title"),
    "mute": ("mute [ALERT] [3h]", "hold back a story: the alert's id, or the newest here"),
    "snooze": ("snooze RULE [1h]", "hold back a rule in this channel, for an hour unless you say otherwise"),
    "end": ("end SILENCE", "end a mute or snooze; your home tab lists yours"),
    "test": ("test QUERY", "what a query would have found in the last 7 days"),
    "add": ("add [QUERY]", "draft a rule, see its backtest, save it"),
}


async def run(context: Context, by: Asker, text: str) -> Reply | Modal:
    """What somebody typed behind the command, answered."""
    verb, _, rest = " ".join(html.unescape(text).split()).partition(" ")
    verb = verb.lower()
    if verb in _VERBS:
        return await _VERBS[verb](context, by, rest.strip())
    if verb in {"", "help"}:
        return usage()
    near = nearest(verb, USAGE)
    return usage(f"There is no {verbatim(verb, 30)}{f'; did you mean `{near}`?' if near else '.'}")


def usage(problem: str = "") -> Reply:
    """All verbs."""
    lines = "\n".join(f"`/watch {form}` — {what}" for form, what in USAGE.values())
    return Reply(f"{problem}\n{lines}" if problem else lines)


async def _status(context: Context, by: Asker, rest: str) -> Reply:  # noqa: ARG001 - one signature for all
    parts = context.health.parts()
    backlog = await context.call(context.store.backlog)
    waiting, oldest = await context.call(context.store.open_deliveries)
    silences = await context.call(context.store.silences, context.clock.now())
    book, mistakes = context.rules.book, context.rules.errors
    wrong = {name: (state, detail) for name, (state, detail) in parts.items() if state != "ok"}
    head = {"ok": ":white_check_mark: All is well", "degraded": ":warning: Running, with trouble"}.get(
        context.health.state, ":rotating_light: Something is failing"
    )
    since = f", the oldest since {when(oldest)}" if oldest else ""
    lines = [
        f"*{head}*",
        f"{counted(len(book.matcher.rules), 'rule')} in force"
        + (f", {counted(len(mistakes), 'mistake')} in rule files" if mistakes else ""),
        f"{counted(backlog, 'article')} and {counted(waiting, 'delivery', 'deliveries')} waiting{since}",
        f"{counted(len(silences), 'silence')} in force",
        *(f"*{escaped(name)}*: {state} {escaped(detail, 300)}" for name, (state, detail) in wrong.items()),
    ]
    return Reply("\n".join(lines))


async def _last(context: Context, by: Asker, rest: str) -> Reply:
    if rest and not rest.isdecimal():
        return Reply(f"`/watch last` takes a number, as in `/watch last 10`, not {escaped(rest, 40)}.")
    here = (await _alerts_here(context, by))[: min(int(rest or _SHOWN), _MOST_SHOWN)]
    if not here:
        return Reply("No alerts in this channel yet.")
    lines = [
        [
            words(f"{DOT[alert.severity]} {stamp(alert.created)}  "),
            link(alert.card.headline, alert.card.url),
            words(f"  {', '.join(alert.rules)}, {alert.id}"),
        ]
        for alert in here
    ]
    return Reply(
        "The newest alerts of this channel", (note("Newest first; the id is what `mute` takes"), bullets(lines))
    )


async def _alerts_here(context: Context, by: Asker) -> list[Alert]:
    """The newest alerts of the channel somebody asks in."""
    statuses = await context.call(lambda: context.store.alerts(limit=500))

    def here(ref: str, channel: str) -> bool:
        return ref.partition(":")[0] == by.channel or channel.strip().removeprefix("#") in {by.channel, by.channel_name}

    return [
        status.alert
        for status in statuses
        if any(here(delivery.ref, status.alert.channel) for delivery in status.deliveries)
    ]


async def _search(context: Context, by: Asker, rest: str) -> Reply:  # noqa: ARG001 - as above
    asked = rest.casefold().split()
    if not asked:
        return Reply("What shall I look for? `/watch search grain Odesa`")
    rarest = max(asked, key=len)
    found = await context.call(lambda: context.store.find_articles(limit=_SEARCHED, contains=rarest))
    told = [article for article in found if all(word in article.title.casefold() for word in asked)][:_MOST_SHOWN]
    if not told:
        return Reply(f"No article has {escaped(rest, 80)} in its title.")
    lines = [
        [link(article.title, article.url), words(f"  {article.outlet or 'source not named'}, {stamp(article.time)}")]
        for article in told
    ]
    return Reply(f"Articles with {escaped(rest, 80)}", (bullets(lines),))


async def _mute(context: Context, by: Asker, rest: str) -> Reply:
    named, length = _with_length(rest, context.window)
    if length is None:
        return Reply(_no_length(rest))
    if named:
        status = await context.call(context.store.alert, named)
        alert = status.alert if status else None
    else:
        alert = next(iter(await _alerts_here(context, by)), None)
    if alert is None:
        return Reply(f"There is no alert {escaped(named, 40)}; `/watch last` lists them with their ids.")
    selector = Selector(story=(alert.story_id,), channel=(alert.channel,))
    reply = await hold(context, by, selector, length, "the story", story=alert.story_id)
    return Reply(f"{escaped(alert.card.headline)}\n{reply.text}")


async def _snooze(context: Context, by: Asker, rest: str) -> Reply:
    named, length = _with_length(rest, timedelta(hours=1))
    if length is None:
        return Reply(_no_length(rest))
    rules = context.rules.book.rules
    if named not in rules:
        near = nearest(named, rules)
        hint = f"; did you mean {verbatim(near)}?" if near else "; `monitor rules list` shows them"
        return Reply(f"There is no rule {verbatim(named, 60)}{hint}")
    selector = Selector(rule=(named,), channel=(await _channel_of(context, by),))
    return await hold(context, by, selector, length, f"the rule {verbatim(named)}")


def _with_length(rest: str, default: timedelta) -> tuple[str, timedelta | None]:
    """What stands before a length of time at the end, and the length; None for one that is too long or none at all."""
    name, _, last = rest.rpartition(" ")
    length = read_duration(last) if last and last[0].isdigit() else None
    if length is None:
        return rest, default
    return name, length if timedelta(minutes=1) <= length <= _LONGEST_HOLD else None


def _no_length(rest: str) -> str:
    return f"{escaped(rest, 60)}: hold it for a minute at least and 30 days at most, as in `1h`, `90m` or `2d`."


async def _end(context: Context, by: Asker, rest: str) -> Reply:
    ended = await context.call(context.store.end_silence, rest, by.user, context.clock.now()) if rest else None
    if ended is None:
        return Reply(f"No silence {escaped(rest, 20)} is in force; your home tab lists yours.")
    return Reply(f"{verbatim(str(ended.selector))} is not held back any more.")


async def _test(context: Context, by: Asker, rest: str) -> Reply:  # noqa: ARG001 - as above
    if not rest:
        return Reply('What shall I test? `/watch test (grain OR wheat) AND "Black Sea"`')
    made = drafted(Draft(name=rest[:70], query=rest), ())
    if made.rule is None:
        return Reply(escaped(made.errors[0].problem if made.errors else "this makes no rule", 900))
    blocks: list[Block] = [section(verbatim(rest)), *await drafting.backtest(context, made.rule)]
    blocks.append(note("`/watch add` with the same query makes it a rule."))
    return Reply(f"Backtest of {escaped(rest, 300)}", tuple(blocks))


async def _add(context: Context, by: Asker, rest: str) -> Modal:
    return await drafting.ask_for_query(rest, await _channel_of(context, by))


async def _channel_of(context: Context, by: Asker) -> str:
    """The channel as its alerts call it; Slack does not tell the names of private ones."""
    here = await _alerts_here(context, by)
    if here:
        return here[0].channel
    return by.channel if by.channel_name in {"", "privategroup", "directmessage"} else f"#{by.channel_name}"


_VERBS: Mapping[str, Callable[[Context, Asker, str], Awaitable[Reply | Modal]]] = {
    "status": _status,
    "last": _last,
    "search": _search,
    "mute": _mute,
    "snooze": _snooze,
    "end": _end,
    "test": _test,
    "add": _add,
}
