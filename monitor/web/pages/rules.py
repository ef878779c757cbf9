"""Rules: which are in force, how much they match, how well they do; and one rule with what it decided lately."""

from datetime import date, timedelta

from aiohttp import web

from monitor.web import page
from monitor.web.context import Context
from monitor.web.page import Page
from monitor.why import why

DAYS = 14
_VERDICTS_OF = timedelta(days=30)
_PER_PAGE = 100
_DECISIONS = 40


async def index(context: Context, request: web.Request) -> Page:
    """A table: matches a day, last match, alerts and precision; mistakes in the files first."""
    asked = page.asked(request, "q")
    rules = [
        rule
        for rule in context.rules.book.rules.values()
        if not asked or asked.casefold() in f"{rule.id} {rule.name} {' '.join(rule.labels)}".casefold()
    ]
    now, which = context.clock.now(), page.number(request)
    days = _days(now.date())
    begin = now - timedelta(days=DAYS)
    matched = await context.reads(context.store.matches_by_day, begin)
    rules.sort(key=lambda rule: (not rule.enabled, -sum(matched.get(rule.id, {}).values()), rule.id))
    limit, offset = page.bounds(which, _PER_PAGE)
    shown = rules[offset : offset + limit]
    ids = [rule.id for rule in shown]
    return Page(
        "rules.html",
        {
            "rules": page.part(shown, which, _PER_PAGE),
            "asked": asked,
            "total": len(context.rules.book.rules),
            "matched": {name: [matched.get(name, {}).get(day, 0) for day in days] for name in ids},
            "last": await context.reads(context.store.last_matches, ids),
            "verdicts": await context.reads(context.store.verdicts, now - _VERDICTS_OF),
            "mistakes": context.rules.mistakes,
            "days": DAYS,
        },
    )


async def show(context: Context, request: web.Request) -> Page:
    """One rule: where it is written, how it does, and what became of its newest matches."""
    rule_id = request.match_info["rule"]
    rule = context.rules.book.rules.get(rule_id)
    now = context.clock.now()
    decided = await context.reads(context.store.decided_for, rule_id, _DECISIONS)
    if rule is None and not decided:
        return page.not_found("No rule has this id, and none that had it has matched.")
    matched = await context.reads(lambda: context.store.matches_by_day(now - timedelta(days=DAYS), [rule_id]))
    verdicts = await context.reads(context.store.verdicts, now - _VERDICTS_OF)
    return Page(
        "rule.html",
        {
            "rule": rule,
            "rule_id": rule_id,
            "file": context.rules.named(f"{rule.file}:{rule.line}") if rule else "",
            "matched": [matched.get(rule_id, {}).get(day, 0) for day in _days(now.date())],
            "verdict": verdicts.get(rule_id),
            "reasons": await context.reads(lambda: [why(context.store, at, one, rule_id) for at, one in decided]),
            "days": DAYS,
        },
    )


def _days(today: date) -> list[date]:
    return [today - timedelta(days=DAYS - 1 - n) for n in range(DAYS)]
