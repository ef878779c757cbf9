"""Alerts: what was sent, waits, was held back, could not be delivered or was not told, and why; and one alert."""

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from monitor.alerts.words import WORDS
from monitor.matching import explain, render
from monitor.model.alert import Alert, DeliveryState, Reason
from monitor.model.answer import Answer, AnswerKind
from monitor.store.outcomes import Outcome
from monitor.web import page
from monitor.web.context import Context
from monitor.web.page import Done, Page

_TABS = {
    "all": "All",
    "waiting": "Waiting",
    "held": "Held",
    "dead": "Undeliverable",
    "folded": "In a digest",
    "untold": "Not told",
}
_STATES = {"waiting": DeliveryState.PENDING, "dead": DeliveryState.DEAD, "folded": DeliveryState.FOLDED}
_MOST_RULES = 3
_MOST_LINES = 80
_MOST_TOLD = 200


async def index(context: Context, request: web.Request) -> Page:
    """A list, by what became of the alerts."""
    show_, rule = page.asked(request, "show"), page.asked(request, "rule")
    show_ = show_ if show_ in _TABS else "all"
    answer = await _LISTS.get(show_, _sent)(context, request, show_, rule)
    counts = await context.reads(context.store.delivery_counts)
    held = await context.reads(context.store.held_counts)
    waiting = counts.get(DeliveryState.PENDING, 0) + counts.get(DeliveryState.SENDING, 0)
    numbers = {"waiting": waiting, "held": sum(held.values()), "dead": counts.get(DeliveryState.DEAD, 0)}
    return Page(
        "alerts.html", {**answer, "tabs": _TABS, "show": show_, "rule": rule, "counts": numbers, "words": WORDS}
    )


async def _sent(context: Context, request: web.Request, show_: str, rule: str) -> Mapping[str, object]:
    which = page.number(request)
    limit, offset = page.bounds(which)
    found = await context.reads(
        lambda: context.store.alerts(limit=limit, offset=offset, state=_STATES.get(show_), rule_id=rule)
    )
    return {"alerts": page.part(found, which)}


async def _held(context: Context, request: web.Request, show_: str, rule: str) -> Mapping[str, object]:  # noqa: ARG001
    which = page.number(request)
    limit, offset = page.bounds(which)
    return {"held": page.part(await context.reads(lambda: context.store.held(limit=limit, offset=offset)), which)}


async def _untold(context: Context, request: web.Request, show_: str, rule: str) -> Mapping[str, object]:  # noqa: ARG001
    which = page.number(request)
    limit, offset = page.bounds(which)
    asked = page.asked(request, "reason")
    reason = Reason(asked) if asked in list(Reason) else None
    found = await context.reads(lambda: context.store.not_told(reason=reason, limit=limit, offset=offset))
    return {"untold": page.part(found, which), "reason": reason}


_LISTS: Mapping[str, Callable[[Context, web.Request, str, str], Awaitable[Mapping[str, object]]]] = {
    "held": _held,
    "untold": _untold,
}


async def show(context: Context, request: web.Request) -> Page:
    """One alert: its card, its deliveries, how it came about, what people said, and what can be done."""
    status = await context.reads(context.store.alert, request.match_info["alert"])
    if status is None:
        return page.not_found("No single alert has an id that begins so.")
    made = status.alert
    outcome = await context.reads(context.store.outcome, made.article_id)
    decisions = [one for one in outcome.decisions if one.channel == made.channel]
    told = await context.reads(lambda: context.store.held(told_by=made.id, limit=_MOST_TOLD))
    return Page(
        "alert.html",
        {
            "alert": made,
            "deliveries": status.deliveries,
            "decisions": decisions,
            "told": told,
            "answers": await context.reads(context.store.answers, [made.id]),
            "trees": await _trees(context, made, outcome),
            "rules": context.rules.book.rules,
            "words": WORDS,
        },
    )


async def _trees(context: Context, alert: Alert, outcome: Outcome) -> list[tuple[str, str]]:
    """Each rule with its condition, true and false, for the alert's article."""
    article = await context.reads(context.store.article, alert.article_id)
    rules = [context.rules.book.rules[name] for name in alert.rules if name in context.rules.book.rules]
    if article is None:
        return []
    trees = []
    for rule in rules[:_MOST_RULES]:
        lines = list(render(explain(rule, article, outcome.facts)))
        more = [f"… and {len(lines) - _MOST_LINES} more lines"] if len(lines) > _MOST_LINES else []
        trees.append((rule.id, "\n".join([*lines[:_MOST_LINES], *more])))
    return trees


async def resend(context: Context, request: web.Request, form: Mapping[str, str], by: str) -> Done | Page:  # noqa: ARG001
    """Queue the alert again: its dead deliveries, or all where none is dead."""
    status = await context.call(context.store.alert, request.match_info["alert"])
    if status is None:
        return page.not_found("No single alert has an id that begins so.")
    queued = await context.call(context.store.resend, status.alert.id, context.clock.now())
    context.nudge()
    return Done(f"/alerts/{status.alert.id}", "queued" if queued else "nothing")


async def acknowledge(context: Context, request: web.Request, form: Mapping[str, str], by: str) -> Done | Page:
    """Acknowledge the alert: nobody else is called about its story, and its card says who has it."""
    status = await context.call(context.store.alert, request.match_info["alert"])
    if status is None:
        return page.not_found("No single alert has an id that begins so.")
    answer = Answer(
        AnswerKind.ACKNOWLEDGED, status.alert.id, by, context.clock.now(), form.get("note", "").strip()[:500]
    )
    new = await context.call(context.store.answer, answer)
    if new:
        await context.touched(status.alert.story_id)
    return Done(f"/alerts/{status.alert.id}", "acknowledged" if new else "again")
