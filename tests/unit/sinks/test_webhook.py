"""Signed JSON to an HTTP endpoint on loopback."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import CapturingLogger

from monitor.errors import ConfigError
from monitor.model.alert import Alert, Delivery, DeliveryState
from monitor.ports import Failed, Sent
from monitor.sinks import Deps, make
from monitor.sinks.payload import schema
from monitor.sinks.webhook import signature, signing_key
from monitor.wire import from_json
from tests.support.nouns import NOON, FakeClock, alert, article
from tests.support.webhook_server import WebhookServer

ROOT = Path(__file__).parents[3]
KEY = b"k" * 32
SECRET = "whsec_" + base64.b64encode(KEY).decode()


def delivery(target: str = "siem", title: str = "A title") -> Delivery:
    raised = alert(article("one", title=title), channel=f"webhook:{target}")
    return Delivery(1, raised, "webhook", DeliveryState.SENDING, 1, NOON)


@pytest.fixture
async def server() -> AsyncIterator[WebhookServer]:
    async with WebhookServer() as running:
        yield running


async def send(server: WebhookServer, sending: Delivery, **options: object) -> Sent | Failed:
    given = {"targets": {"siem": server.address}, "secret": SECRET, **options}
    sink = make("webhook", given, Deps(FakeClock(), CapturingLogger()))
    try:
        return await sink.send(sending)
    finally:
        await sink.close()


async def test_the_message_is_signed_and_holds_the_whole_alert(server: WebhookServer) -> None:
    sending = delivery()
    assert await send(server, sending) == Sent(sending.alert.id)
    ((headers, body),) = server.requests
    assert headers["webhook-id"] == sending.alert.id
    assert headers["webhook-timestamp"] == str(int(NOON.timestamp()))
    assert headers["webhook-signature"] == signature(KEY, sending.alert.id, int(NOON.timestamp()), body.decode())
    event = json.loads(body)
    assert event["type"] == "alert.first"
    assert event["data"].pop("id") == sending.alert.id
    assert from_json(Alert, event["data"]) == sending.alert


def test_the_signature_is_that_of_the_specification() -> None:
    key = signing_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signed = signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, '{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


async def test_without_a_secret_there_is_no_signature(server: WebhookServer) -> None:
    await send(server, delivery(), secret="")
    assert "webhook-signature" not in server.requests[0][0]


async def test_a_lost_answer_and_a_second_attempt_are_one_message_to_the_receiver(server: WebhookServer) -> None:
    server.answers.extend(["reset", 204])
    first, second = await send(server, delivery()), await send(server, delivery())
    assert isinstance(first, Failed)
    assert isinstance(second, Sent)
    assert (len(server.requests), len(server.accepted)) == (2, 1)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ((503, "7"), (True, timedelta(seconds=7), "channel", False)),
        ((429, "60"), (True, timedelta(seconds=60), "channel", False)),
        (500, (True, None, "channel", False)),
        (410, (True, None, "channel", True)),
        (401, (True, None, "channel", True)),
        (302, (True, None, "channel", True)),
        (422, (False, None, "message", True)),
    ],
)
async def test_what_an_answer_means(
    server: WebhookServer, answer: int | tuple[int, str], expected: tuple[bool, timedelta | None, str, bool]
) -> None:
    server.answers.append(answer)
    failed = await send(server, delivery())
    assert isinstance(failed, Failed)
    assert (failed.retry, failed.after, failed.blocks, failed.operator) == expected
    assert server.address not in failed.error


async def test_a_target_nobody_configured_waits_for_the_operator(server: WebhookServer) -> None:
    failed = await send(server, delivery("other"))
    assert isinstance(failed, Failed)
    assert (failed.retry, failed.operator, failed.blocks) == (True, True, "channel")
    assert "known: siem" in failed.error


async def test_nobody_at_home(server: WebhookServer) -> None:
    failed = await send(server, delivery(), targets={"siem": "http://127.0.0.1:9/x"})
    assert isinstance(failed, Failed)
    assert failed.retry


async def test_an_address_is_never_in_what_is_said_of_it() -> None:
    async def nonsense(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"this is no HTTP\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(nonsense, "127.0.0.1", 0) as running:
        port = running.sockets[0].getsockname()[1]
        sink = make(
            "webhook",
            {"targets": {"siem": f"http://127.0.0.1:{port}/hook/s3cret?token=s3cret"}},
            Deps(FakeClock(), CapturingLogger()),
        )
        failed = await sink.send(delivery())
        await sink.close()
    assert isinstance(failed, Failed)
    assert failed.retry
    assert "s3cret" not in failed.error


@pytest.mark.parametrize(
    "options",
    [
        {"targets": {"siem": "ftp://x"}},
        {"targets": {"siem": "https://x"}, "secret": "whsec_short"},
        {"targets": {"siem": "https://x"}, "secret": "hunter2 is no base64"},
        {"target": {}},
    ],
)
def test_wrong_options_are_refused_and_not_shown(options: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match=r"mend the .webhook. section") as caught:
        make("webhook", options, Deps(FakeClock(), CapturingLogger()))
    assert "hunter2" not in str(caught.value)


def test_the_documented_schema_is_that_of_the_payload() -> None:
    told = json.loads((ROOT / "docs" / "alert.schema.json").read_text())
    assert told == schema(), "write it anew: python -m monitor.sinks.payload > docs/alert.schema.json"
