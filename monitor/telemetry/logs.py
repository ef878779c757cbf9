"""Logs on standard error: readable on a terminal, JSON elsewhere, one event a line."""

import logging
import sys
from collections.abc import Sequence
from typing import Literal, TextIO

import structlog

# These libraries say at INFO what the daemon says itself, or nothing a person would need.
_QUIET = ("apscheduler", "alembic", "aiohttp", "asyncio", "slack_sdk", "sqlalchemy", "dateparser", "charset_normalizer")


def set_up(
    level: str = "info",
    style: Literal["auto", "text", "json"] = "auto",
    stream: TextIO = sys.stderr,
    *,
    quiet: Sequence[str] = (),
) -> None:
    """Send structlog's and the standard library's logs to the stream, in the chosen style.

    Loggers named in `quiet` say only warnings and errors, unless everything is wanted (debug).
    """
    text = style == "text" or (style == "auto" and stream.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if text else "iso", utc=not text),
        structlog.processors.StackInfoRenderer(),
    ]
    if not text:
        # Without local variables, which hold the secrets of requests.
        trace = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
        shared.append(structlog.processors.ExceptionRenderer(trace))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(
            colors=stream.isatty(),
            pad_event_to=0,
            pad_level=False,
            exception_formatter=structlog.dev.plain_traceback,
        )
        if text
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                _drop_logger_name if text else _keep,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    # A tick that a slow machine skips is no trouble: the next one does what is due.
    logging.getLogger("apscheduler.scheduler").setLevel(max(logging.ERROR, root.level))
    for name in (*_QUIET, *(quiet if level != "debug" else ())):
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def _drop_logger_name(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    event.pop("logger", None)
    return event


def _keep(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    return event
