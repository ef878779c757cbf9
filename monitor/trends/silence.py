"""Whether a rule has been silent for too long."""

from dataclasses import replace
from datetime import datetime, timedelta

from monitor.model.trend import Flatline, Watch

LAPSE = timedelta(minutes=10)
"""Where nobody looked for longer than this, the monitor was down, and what was missed is no silence of the rule's."""


def look(watch: Watch, asked: Flatline, last: datetime | None, now: datetime) -> tuple[Watch, bool]:
    """The watch as it stands now, and whether its silence has just grown too long and is to be told.

    `last` is when the rule's newest match was news.
    """
    unwatched = now - watch.looked
    quiet = watch.quiet + unwatched if unwatched > LAPSE else watch.quiet
    told = watch.told
    if last is not None and (watch.last is None or last > watch.last):
        quiet, told = max(quiet, last), False
    due = not told and now - quiet >= asked.after
    return replace(watch, looked=now, quiet=quiet, last=last or watch.last, told=told or due), due
