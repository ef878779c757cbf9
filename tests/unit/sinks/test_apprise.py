"""Through the real Apprise to an HTTP endpoint on loopback, in its own JSON format."""

import json
from collections.abc import AsyncIterator

import pytest
from structlog.testing import CapturingLogger

from monitor.errors import ConfigError
from monitor.model.alert import Delivery, DeliveryState
from monitor.ports import Failed, Sent
from monitor.sinks import Deps, make
from tests.support.nouns import NOON, FakeClock, alert, article
from tests.support.webhook_server import WebhookServer

pytest.importorskip("apprise", reason="the extra apprise is not installed")


def delivery(target: str = "duty", title: str = "A title") -> Delivery:
    raised = alert(article("one", title=title), channel=f"apprise:{target}")
    return Delivery(1, raised, "apprise", DeliveryState.SENDING, 1, NOON)


@pytest.fixture
async def server() -> AsyncIterator[WebhookServer]:
    async with WebhookServer() as running:
        yield running


async def send(server: WebhookServer, sending: Delivery) -> Sent | Failed:
    targets = {"duty": server.address.replace("http://", "json://")}
    return await make("apprise", {"targets": targets}, Deps(FakeClock(), CapturingLogger())).send(sending)


async def test_subject_and_text_arrive(server: WebhookServer) -> None:
    assert isinstance(await send(server, delivery(title="Bridge\r\nBcc: all@example.org")), Sent)
    told = json.loads(server.requests[0][1])
    assert told["title"] == "HIGH Missiles: Bridge Bcc: all@example.org"
    assert "https://feed.example/one" in told["message"]
    assert told["type"] == "warning"


async def test_a_refusal_is_repeated_later(server: WebhookServer) -> None:
    server.answers.append(500)
    failed = await send(server, delivery())
    assert isinstance(failed, Failed)
    assert (failed.retry, failed.blocks) == (True, "channel")


async def test_a_target_nobody_configured_waits_for_the_operator(server: WebhookServer) -> None:
    failed = await send(server, delivery("other"))
    assert isinstance(failed, Failed)
    assert failed.operator


def test_a_url_that_apprise_does_not_know_is_refused_and_not_shown() -> None:
    with pytest.raises(ConfigError, match="duty holds a URL") as caught:
        make("apprise", {"targets": {"duty": "nonsense://user:hunter2@x"}}, Deps(FakeClock(), CapturingLogger()))
    assert "hunter2" not in str(caught.value)


async def test_why_a_target_has_not_taken_it_is_said_and_what_a_person_must_mend(server: WebhookServer) -> None:
    server.answers.extend([503, 401])
    unwell, refused = await send(server, delivery()), await send(server, delivery())
    for failed, code, operator in ((unwell, "error=503", False), (refused, "error=401", True)):
        assert isinstance(failed, Failed)
        assert code in failed.error
        assert failed.operator is operator
        assert "127.0.0.1" not in failed.error
