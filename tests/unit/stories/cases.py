"""Reading this package's test cases."""

from typing import Any

from ruamel.yaml import YAML

from tests.unit.stories.stream import DATA


def load(name: str) -> Any:
    """A YAML file beside the stream's."""
    return YAML(typ="safe").load((DATA / name).read_text(encoding="utf-8"))
