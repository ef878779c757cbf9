"""The real clock."""

from datetime import UTC, datetime


class SystemClock:
    """The machine's time, in UTC."""

    def now(self) -> datetime:
        """The present time."""
        return datetime.now(UTC)
