"""An alert as JSON, the same for every sink that sends or keeps it so; docs/alert.schema.json describes it."""

import json
import re
from typing import Any

from pydantic import TypeAdapter

from monitor.model.alert import Alert
from monitor.wire import to_json

_LONE = re.compile("[\ud800-\udfff]")


def payload(alert: Alert) -> dict[str, Any]:
    """The alert with its id and its card."""
    return {"id": alert.id, **to_json(Alert, alert)}


def encoded(value: dict[str, Any]) -> str:
    """The value as one line of JSON; what is no character in UTF-8 becomes U+FFFD."""
    return _LONE.sub("\ufffd", json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def schema() -> dict[str, Any]:
    """The JSON Schema of `payload`."""
    described: dict[str, Any] = TypeAdapter(Alert).json_schema(mode="serialization")
    described["properties"] = {"id": {"title": "Id", "type": "string"}, **described["properties"]}
    described["required"] = ["id", *described["required"]]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **described}


if __name__ == "__main__":
    # python -m monitor.sinks.payload > docs/alert.schema.json
    print(json.dumps(schema(), indent=2))
