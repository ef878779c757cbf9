"""What people said: answers to alerts, and silences."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Text, cast, func, select, update

from monitor.alerts.stages import CALLS
from monitor.model.answer import Answer, AnswerKind, RuleVerdicts, Silence
from monitor.model.selector import Selector
from monitor.store.connected import Connected, insert_missing
from monitor.store.engine import transaction
from monitor.store.tables import alerts, answers, holds, silences
from monitor.wire import from_json, to_json


class AnswerStore(Connected):
    """Reads and writes answers and silences; each change keeps who made it and when."""

    def answer(self, answer: Answer) -> bool:
        """Note an answer; False where the same person gave it before, or there is no such alert.

        Acknowledging an alert ends what waits to call somebody else about its story.
        """
        row = to_json(Answer, answer) | {"at": answer.at}
        with transaction(self._engine) as connection:
            story = connection.execute(
                select(alerts.c.story_id).where(alerts.c.id == answer.alert_id)
            ).scalar_one_or_none()
            same = (
                answers.c.alert_id == answer.alert_id,
                answers.c.kind == answer.kind.value,
                answers.c.author == answer.author,
            )
            if story is None or connection.execute(select(answers.c.at).where(*same)).first():
                return False
            insert_missing(connection, answers, [row])
            calls = update(holds).where(holds.c.story_id == story, holds.c.ended.is_(None), holds.c.key.in_(CALLS))
            connection.execute(calls.values(ended=answer.at))
        return True

    def answers(self, alert_ids: Sequence[str]) -> list[Answer]:
        """The answers to these alerts, oldest first."""
        query = select(answers).where(answers.c.alert_id.in_(alert_ids)).order_by(answers.c.at)
        with transaction(self._engine, read_only=True) as connection:
            return [
                Answer(AnswerKind(row.kind), row.alert_id, row.author, row.at, row.note)
                for row in connection.execute(query)
            ]

    def verdicts(self, since: datetime) -> dict[str, RuleVerdicts]:
        """How the alerts raised since then were answered, by rule; rules without alerts are left out."""
        # Few sets of rules make many alerts: they are counted where they are.
        names = cast(alerts.c.rules, Text)
        raised = select(names, func.count()).where(alerts.c.created >= since).group_by(names)
        said = (
            select(answers.c.alert_id, answers.c.kind, alerts.c.rules)
            .join(alerts, alerts.c.id == answers.c.alert_id)
            .where(alerts.c.created >= since)
        )
        total: Counter[str] = Counter()
        rules: dict[str, tuple[str, ...]] = {}
        kinds: dict[str, set[str]] = {}
        with transaction(self._engine, read_only=True) as connection:
            for count in connection.execute(raised):
                total.update(dict.fromkeys(json.loads(count[0]), count[1]))
            for row in connection.execute(said):
                rules[row.alert_id] = tuple(row.rules)
                kinds.setdefault(row.alert_id, set()).add(row.kind)
        bad: Counter[str] = Counter()
        good: Counter[str] = Counter()
        for alert_id, given in kinds.items():
            # Who calls an alert not relevant has read it too: that verdict counts.
            (bad if AnswerKind.NOT_RELEVANT.value in given else good).update(rules[alert_id])
        return {name: RuleVerdicts(name, total[name], good[name], bad[name]) for name in sorted(total)}

    def silence(self, silence: Silence) -> None:
        """Store a silence; the same one again changes nothing.

        Who mutes a story has seen it: nobody else is called about it any more.
        """
        row = {
            "id": silence.id,
            "selector": to_json(Selector, silence.selector),
            "author": silence.author,
            "reason": silence.reason,
            "created": silence.created,
            "ends": silence.ends,
            "ended_by": silence.ended_by,
        }
        with transaction(self._engine) as connection:
            insert_missing(connection, silences, [row])
            muted = (holds.c.story_id.in_(silence.selector.story), holds.c.key.in_(CALLS), holds.c.ended.is_(None))
            connection.execute(update(holds).where(*muted).values(ended=silence.created))

    def end_silence(self, silence_id: str, author: str, now: datetime) -> Silence | None:
        """End a silence early, and let go at once of what it holds; None where none with that id is in force."""
        with transaction(self._engine) as connection:
            mine = silences.c.id == silence_id
            row = connection.execute(select(silences).where(mine, silences.c.ends > now)).one_or_none()
            if row is None:
                return None
            connection.execute(update(silences).where(mine).values(ends=now, ended_by=author))
            held = update(holds).where(holds.c.key == f"silence:{silence_id}", holds.c.ended.is_(None))
            connection.execute(held.values(due=now))
            return replace(read_silence(row), ends=now, ended_by=author)

    def silences(self, at: datetime | None = None) -> list[Silence]:
        """Silences in force at that moment, or all that ever were; newest first."""
        query = select(silences).order_by(silences.c.created.desc(), silences.c.id)
        if at is not None:
            query = query.where(silences.c.created <= at, silences.c.ends > at)
        with transaction(self._engine, read_only=True) as connection:
            return [read_silence(row) for row in connection.execute(query)]


def read_silence(row: Row[*tuple[Any, ...]]) -> Silence:
    """A silence from its row."""
    return Silence(from_json(Selector, row.selector), row.author, row.reason, row.created, row.ends, row.ended_by)
