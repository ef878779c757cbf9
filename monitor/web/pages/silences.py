"""Silences: what is held back, by whom, why and until when; making one, and ending one early."""

from collections.abc import Mapping
from datetime import timedelta

from aiohttp import web

from monitor.model.answer import Silence
from monitor.rules.alertfile import selector_of
from monitor.rules.durations import LONGEST, read_duration
from monitor.web import page
from monitor.web.context import Context
from monitor.web.page import Done, Page

_KEYS = ("rule", "channel", "severity", "story")
_FIELDS = (*_KEYS, "more", "reason")
_LENGTHS = {"1h": "1 hour", "4h": "4 hours", "12h": "12 hours", "1d": "1 day", "7d": "7 days"}
_DEFAULT = "4h"
_ENDED = 50


async def index(context: Context, request: web.Request) -> Page:
    """Those in force, those that have ended lately, and the form; addresses such as /silences?rule=fires fill it in."""
    filled = {key: page.asked(request, key) for key in (*_KEYS, "for")}
    return await _page(context, filled, ())


async def _page(context: Context, filled: Mapping[str, str], problems: tuple[str, ...]) -> Page:
    now = context.clock.now()
    every = await context.reads(context.store.silences)
    in_force = [silence for silence in every if silence.holds(now)]
    stories = {name for silence in in_force for name in silence.selector.story} | {filled.get("story", "")}
    heads = {name: await context.reads(_headline, context, name) for name in stories if name}
    return Page(
        "silences.html",
        {
            "in_force": sorted(in_force, key=lambda silence: silence.ends),
            "ended": [silence for silence in every if silence.ends <= now][:_ENDED],
            "filled": {key: filled.get(key, "") for key in _FIELDS} | {"for": filled.get("for") or _DEFAULT},
            "problems": problems,
            "lengths": _LENGTHS,
            "rule_ids": sorted(context.rules.book.rules),
            "heads": heads,
        },
        status=422 if problems else 200,
    )


def _headline(context: Context, story_id: str) -> str:
    told = context.store.alerts_of(story_id)
    return told[0].card.headline if told else ""


async def add(context: Context, request: web.Request, form: Mapping[str, str], by: str) -> Done | Page:  # noqa: ARG001
    """Make a silence of what the form says; a mistake in it shows the form again."""
    given = [f"{key}={value.strip()}" for key in _KEYS if (value := form.get(key, "")).strip()]
    given += form.get("more", "").split()
    selector, wrong = selector_of(given)
    problems = list(wrong)
    if not given:
        problems.append("say what to hold back: a rule, a channel, a severity, or a matcher such as group=sport")
    length = read_duration(form.get("for", ""))
    if not length or not timedelta(0) < length <= LONGEST:
        problems.append(f"{form.get('for', '')[:40]!r} is no length of time; write 30m, 2h or 1d")
    reason = " ".join(form.get("reason", "").split())[:500]
    if not reason:
        problems.append("say why: the next shift will want to know")
    if problems or not length:
        return await _page(context, dict(form), tuple(problems))
    now = context.clock.now()
    await context.call(context.store.silence, Silence(selector, by, reason, now, now + length))
    for story in selector.story:
        await context.touched(story)
    return Done("/silences", "silenced")


async def end(context: Context, request: web.Request, form: Mapping[str, str], by: str) -> Done | Page:  # noqa: ARG001
    """End a silence now."""
    ended = await context.call(context.store.end_silence, request.match_info["silence"], by, context.clock.now())
    for story in ended.selector.story if ended else ():
        await context.touched(story)
    return Done("/silences", "ended" if ended else "gone")
