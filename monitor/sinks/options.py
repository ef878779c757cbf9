"""Options of sinks, checked."""

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
