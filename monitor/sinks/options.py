"""What sinks share about their options: checking them, and keeping the secret ones out of words."""

from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from monitor.errors import ConfigError

T = TypeVar("T", bound=BaseModel)


def checked(model: type[T], options: Mapping[str, object], section: str) -> T:
    """The options as their model.

    Raises:
        ConfigError: one is unknown or wrong; its value is not shown, since it may be a secret.
    """
    try:
        return model.model_validate(dict(options))
    except ValidationError as problem:
        wrong = "; ".join(f"{section}.{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in problem.errors())
        raise ConfigError(f"{wrong}; mend the [{section}] section or its environment variables") from None


def without_address(problem: BaseException) -> str:
    """What went wrong; an address can be a secret, and aiohttp's words may hold it."""
    words = (str(problem) or type(problem).__name__)[:200]
    return words if "/" not in words else type(problem).__name__
