"""The exceptions of this package. Each message says what was wrong, where, and what to do."""


class MonitorError(Exception):
    """Base of everything this package raises on purpose."""


class ConfigError(MonitorError):
    """The configuration cannot be used; the message names the key and where it is set."""


class RuleError(MonitorError):
    """A rule file cannot be used.

    Attributes:
        file, line, column: the place, counted from 1; line 0 stands for the whole file.
        problem: what is wrong and what to do, without the place.
    """

    def __init__(self, problem: str, *, file: str, line: int = 0, column: int = 0) -> None:
        self.problem, self.file, self.line, self.column = problem, file, line, column
        place = ":".join(str(part) for part in (file, line, column) if part)
        super().__init__(f"{place}: {problem}")


class FeedListError(MonitorError):
    """feeds.yaml or an OPML file cannot be read; the message gives file:line:column."""


class FetchError(MonitorError):
    """A request got no usable answer.

    Attributes:
        status: the HTTP status, 0 where there was none.
        retry_after: seconds the server asked to wait, None where it didn't.
    """

    def __init__(self, problem: str, *, status: int = 0, retry_after: float | None = None) -> None:
        self.status, self.retry_after = status, retry_after
        super().__init__(problem)


class HostHeldError(FetchError):
    """Nothing was sent: the host has asked to be left alone; `retry_after` says for how long still."""


class ParseError(MonitorError):
    """A feed or seed file holds nothing that can be read as articles."""


class StoreError(MonitorError):
    """The database cannot be used; the message says which and why."""


class StoreBusyError(StoreError):
    """The database is locked or out of reach for now; the same call may succeed later."""


class OvertakenError(StoreBusyError):
    """Somebody else has decided about stories meanwhile, so a decision rests on old ground; nothing was written."""


class StoreFullError(StoreError):
    """The disk that holds the database is full; nothing was written."""


class ExtractionError(MonitorError):
    """Key facts could not be extracted; the article goes on without them."""
