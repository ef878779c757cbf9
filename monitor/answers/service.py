"""Answers from Slack as one duty of the daemon: the connection, the desk behind it, its part of the health page."""

import asyncio

import structlog

from monitor.answers.context import Context
from monitor.answers.desk import Desk
from monitor.answers.people import Permissions
from monitor.config import Slack
from monitor.sinks.slack_api import SlackApi
from monitor.sinks.slack_socket import Line, SlackSocket
from monitor.telemetry.metrics import Metrics

PART = "answers"
"""Its name on the health page."""


class Answers:
    """Listens for what people press and type, once `run`."""

    def __init__(self, settings: Slack, context: Context, metrics: Metrics) -> None:
        self._context = context
        self._log = structlog.get_logger("monitor.answers")
        self._api = SlackApi(settings.token, settings.base_url, settings.timeout)
        permissions = Permissions(
            users=frozenset(settings.allowed_users),
            channels=frozenset(name.strip().removeprefix("#") for name in settings.allowed_channels),
        )
        self._desk = Desk(context, self._api, permissions, metrics, self._log)
        self._socket = SlackSocket(
            self._api,
            settings.socket_token,
            handle=self._desk.handle,
            late=self._desk.late,
            on_line=self._on_line,
            log=self._log,
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Answer until `stop` is set."""
        try:
            await self._socket.run(stop)
        finally:
            await self._desk.close()
            await self._api.close()

    def _on_line(self, line: Line) -> None:
        if line.up:
            self._log.info("people can answer from Slack")
            self._context.health.report(PART)
            return
        say = self._log.error if line.operator else self._log.warning
        say("nobody can answer from Slack for now", error=line.problem)
        self._context.health.report(PART, "failing" if line.operator else "degraded", line.problem)
