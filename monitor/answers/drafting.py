"""Rules from Slack: a modal asks what to watch, another shows the rule with its backtest, and confirming saves it."""

import asyncio
import json
import os
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from monitor import backtesting
from monitor.alerts.text import cut, sentence_around
from monitor.alerts.times import stamp
from monitor.answers.context import Context
from monitor.answers.people import Asker
from monitor.answers.replies import (
    Corrections,
    Modal,
    View,
    bullets,
    code,
    counted,
    escaped,
    note,
    section,
    verbatim,
    words,
)
from monitor.errors import MonitorError
from monitor.model.alert import Alert
from monitor.model.facts import Entity, Facts
from monitor.model.rule import Rule, Severity
from monitor.rules.backtest import sparkline
from monitor.rules.drafting import Draft, Drafted, drafted, spellings, with_rule
from monitor.sinks.slack_blocks import Block
from monitor.sinks.slack_buttons import option, plain

ASK, SAVE = "draft", "save"
"""The callback ids of the two modals."""
PERIOD = timedelta(days=7)
MOST_ARTICLES = 50_000
_FILES = ("from-slack.yaml", "from-slack-2.yaml", "from-slack-3.yaml")
_KINDS = {"PERSON": "person", "ORG": "organisation", "GPE": "place", "LOC": "place", "FAC": "place"}
_MOST_ENTITIES = 100
# A draft has to fit into 3,000 characters of a modal.
_LONGEST_QUERY, _MOST_TERMS, _LONGEST_NAME = 1_000, 8, 80


async def ask_for_entity(context: Context, alert: Alert) -> Modal:
    """Which of the article's entities to watch; its severity and channel are those of the alert."""
    facts = (await context.call(context.store.outcome, alert.article_id)).facts
    return Modal(_ask(alert.channel, alert.severity, alert_id=alert.id, entities=_entities(facts)))


async def ask_for_query(query: str, channel: str) -> Modal:
    """What to watch, for the slash command."""
    return Modal(_ask(channel, Severity.MEDIUM, query=query))


def _entities(facts: Facts | None) -> list[Entity]:
    """What a rule can watch, most often named first."""
    able = [entity for entity in (facts.entities if facts else ()) if spellings(entity.canonical)]
    return sorted(able, key=lambda entity: -len(entity.mentions))[:_MOST_ENTITIES]


def _ask(
    channel: str, severity: Severity, *, alert_id: str = "", entities: list[Entity] | None = None, query: str = ""
) -> View:
    grades = {grade: option(grade.value, grade.value) for grade in reversed(Severity)}
    blocks: list[Block] = []
    if entities:
        names = [option(_label(entity), str(place)) for place, entity in enumerate(entities)]
        menu = {"type": "static_select", "action_id": "entity", "options": names, "initial_option": names[0]}
        blocks.append(_input("entity", "Whom or what to watch", menu))
    text: Block = {"type": "plain_text_input", "action_id": "query", "max_length": _LONGEST_QUERY}
    if query:
        text["initial_value"] = query[:_LONGEST_QUERY]
    label = "Words to watch for, or a query"
    hint = 'As in (grain OR wheat) AND "Black Sea" NOT recipe*'
    blocks.append(
        _input("query", "And only together with" if entities else label, text, optional=bool(entities), hint=hint)
    )
    menu = {
        "type": "static_select",
        "action_id": "severity",
        "options": list(grades.values()),
        "initial_option": grades[severity],
    }
    blocks.append(_input("severity", "Severity", menu))
    where: Block = {"type": "plain_text_input", "action_id": "channel", "max_length": 80}
    if channel:
        where["initial_value"] = channel
    blocks.append(_input("channel", "Channel", where, optional=True, hint="Left empty: where rules without one alert"))
    return {
        "type": "modal",
        "callback_id": ASK,
        "private_metadata": alert_id,
        "title": plain("Watch this", 24),
        "submit": plain("Try it", 24),
        "close": plain("Cancel", 24),
        "blocks": blocks,
    }


def _label(entity: Entity) -> str:
    kind = _KINDS.get(entity.type, "")
    return f"{cut(entity.canonical, 50)} ({kind})" if kind else cut(entity.canonical, 60)


def _input(name: str, label: str, element: Block, *, optional: bool = False, hint: str = "") -> Block:
    made: Block = {"type": "input", "block_id": name, "label": plain(label), "element": element, "optional": optional}
    return made | ({"hint": plain(hint, 150)} if hint else {})


async def try_out(context: Context, by: Asker, view: View) -> Modal | Corrections:
    """The rule that the answers make, and what it would have found."""
    values = view.get("state", {}).get("values", {})
    alert_id = str(view.get("private_metadata") or "")
    entity, example = await _chosen_entity(context, alert_id, values)
    query = str(_value(values, "query") or "").strip()
    if entity is None and not query:
        return Corrections({"query": "Write some words to watch for."})
    names = (entity.canonical, *entity.aliases, entity.acronym, entity.text) if entity else ()
    others = [name for name in names[1:] if name and len(name) <= _LONGEST_NAME]
    terms = spellings(names[0], others)[:_MOST_TERMS] if names else ()
    now = context.clock.now()
    draft = Draft(
        name=cut(entity.canonical if entity else query, 70),
        terms=terms,
        query=query,
        severity=Severity(str(_value(values, "severity") or Severity.MEDIUM.value)),
        channel=str(_value(values, "channel") or "").strip(),
        origin=f"Drafted in Slack by {by.user}, {stamp(now)}",
        example=example if not query else "",
    )
    made = drafted(draft, context.rules.book.rules)
    if made.rule is None:
        problem = made.errors[0].problem if made.errors else "this makes no rule"
        return Corrections({"query": cut(problem, 140)})
    rule = made.rule

    async def later() -> View:
        return _confirm(draft, made, await backtest(context, rule))

    return Modal(_confirm(draft, made, [note("Trying it on the articles of the last 7 days…")]), later)


async def _chosen_entity(context: Context, alert_id: str, values: dict[str, Any]) -> tuple[Entity | None, str]:
    """The entity picked from the menu, and a sentence that names it."""
    picked = str(_value(values, "entity") or "")
    if not alert_id or not picked.isdecimal():
        return None, ""
    status = await context.call(context.store.alert, alert_id)
    if status is None:
        return None, ""
    facts = (await context.call(context.store.outcome, status.alert.article_id)).facts
    entities = _entities(facts)
    if facts is None or int(picked) >= len(entities):
        return None, ""
    entity = entities[int(picked)]
    start, end = sentence_around(facts.text, entity.span.start, entity.span.end)
    return entity, cut(" ".join(facts.text[start:end].split()), 300) if end - start <= 400 else ""


def _value(values: dict[str, Any], name: str) -> object:
    given = values.get(name, {}).get(name, {})
    picked = given.get("selected_option")
    return picked.get("value") if isinstance(picked, dict) else given.get("value")


def _confirm(draft: Draft, made: Drafted, findings: list[Block]) -> View:
    return {
        "type": "modal",
        "callback_id": SAVE,
        "private_metadata": json.dumps(asdict(draft), ensure_ascii=False),
        "title": plain("Save this rule?", 24),
        "submit": plain("Save rule", 24),
        "close": plain("Discard", 24),
        "blocks": [code(made.yaml), *findings],
    }


async def backtest(context: Context, rule: Rule) -> list[Block]:
    """What the rule would have found last week, as blocks."""
    until = context.clock.now()
    since = until - PERIOD

    def run() -> tuple[int, list[int], list[str], int | None, int]:
        # Not on the store's thread: a week of articles would hold up everything that is to be written.
        [found], articles = backtesting.run([replace(rule, enabled=True)], context.store.archive(since, MOST_ARTICLES))
        return len(found.ids), found.by_day(since, until), found.titles, backtesting.stories(found, since), articles

    async with context.trying:
        count, days, titles, stories, articles = await asyncio.to_thread(run)
    told = counted(stories, "alert") if stories is not None else "too many to tell stories apart"
    newest = "the newest " if articles >= MOST_ARTICLES else ""
    found = f"*{counted(count, 'match', 'matches')}* in {newest}{counted(articles, 'article')} of 7 days"
    blocks = [section(f"{found}, *{told}* after copies  `{sparkline(days)}`")]
    if titles:
        blocks.append(bullets([[words(title, longest=160)] for title in reversed(titles)]))
    elif articles:
        blocks.append(note("Nothing of last week would have matched; that may be what you want."))
    return blocks


async def save(context: Context, by: Asker, view: View) -> Modal | Corrections | None:
    """Write the rule of a confirmed modal into the rule folder."""
    try:
        given = json.loads(str(view.get("private_metadata") or ""))
        draft = Draft(**given | {"terms": tuple(given["terms"]), "severity": Severity(given["severity"])})
    except (ValueError, TypeError, KeyError):
        return Modal(_done("This draft cannot be read any more; begin again."))
    async with context.saving:
        made = drafted(draft, context.rules.book.rules)
        file = await asyncio.to_thread(_write, context.folder, made.yaml)
    rule_id = made.rule.id if made.rule else "?"
    return Modal(
        _done(
            f"*{escaped(draft.name)}* is saved in {verbatim(file)} as {verbatim(rule_id)} and in force within seconds. "
            f"Edit it there like any other rule, <@{by.user}>."
        )
    )


def _done(text: str) -> View:
    return {"type": "modal", "title": plain("Watch this", 24), "close": plain("Close", 24), "blocks": [section(text)]}


def _write(folder: Path, rule: str) -> str:
    """Add the rule to the first file that can take it, unless it was added before; the file's name.

    Raises:
        MonitorError: no file can be written.
    """
    for file in _FILES:
        path = (folder / file).resolve()
        try:
            # Not as text, which would change the ends of the lines.
            text = path.read_bytes().decode() if path.exists() else ""
            if _has(text, rule):
                return file
            added = with_rule(text, rule)
            if added is None:
                continue
            _replace(path, added)
        except (OSError, UnicodeDecodeError) as problem:
            raise MonitorError(f"{path} cannot be written ({problem}); mend its rights") from problem
        return file
    raise MonitorError(f"no more rules fit into {', '.join(_FILES)} as they are written; add this one by hand")


def _has(text: str, rule: str) -> bool:
    """Whether the file has the rule, under whatever id; its description says who made it when."""
    wanted, lines = ([line.strip() for line in one.splitlines()] for one in (rule, text))
    body = wanted[1:]
    return any(lines[at : at + len(body)] == body for at in range(len(lines)))


def _replace(path: Path, text: str) -> None:
    """Write the file whole or not at all; the daemon reads no hidden files."""
    mode = path.stat().st_mode if path.exists() else 0o644
    with NamedTemporaryFile(
        "w", encoding="utf-8", newline="", dir=path.parent, prefix=f".{path.stem}-", suffix=".part", delete=False
    ) as part:
        part.write(text)
        part.flush()
        os.fsync(part.fileno())
    Path(part.name).chmod(mode & 0o777)
    Path(part.name).replace(path)
