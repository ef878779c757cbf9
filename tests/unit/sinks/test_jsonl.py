"""A line for each alert, once, whatever happened to the file."""

import json
from pathlib import Path

import pytest
from structlog.testing import CapturingLogger

from monitor.model.alert import Delivery, DeliveryState
from monitor.ports import Failed, Sent, Sink
from monitor.sinks import Deps, make
from tests.support.nouns import NOON, FakeClock, alert, article


def delivery(key: str) -> Delivery:
    return Delivery(1, alert(article(key)), "jsonl", DeliveryState.SENDING, 1, NOON)


def lines(file: Path) -> list[bytes]:
    return file.read_bytes().splitlines()


def tear(file: Path) -> None:
    whole = file.read_bytes()
    file.write_bytes(whole + whole[:100])


def rotate(file: Path) -> None:
    file.rename(file.with_suffix(".1"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "alerts.jsonl"


@pytest.fixture
def sink(file: Path) -> Sink:
    return make("jsonl", {"path": str(file)}, Deps(FakeClock(), CapturingLogger()))


async def test_each_alert_is_a_line(sink: Sink, file: Path) -> None:
    for key in ("one", "two"):
        assert isinstance(await sink.send(delivery(key)), Sent)
    ids = [json.loads(line)["id"] for line in lines(file)]
    assert ids == [delivery("one").alert.id, delivery("two").alert.id]


async def test_after_a_kill_the_file_tells_whether_it_is_there(sink: Sink) -> None:
    await sink.send(delivery("one"))
    assert await sink.find(delivery("one")) == Sent(delivery("one").alert.id)
    assert await sink.find(delivery("two")) is None


async def test_a_torn_line_is_passed_over_and_the_next_begins_anew(sink: Sink, file: Path) -> None:
    await sink.send(delivery("one"))
    tear(file)
    torn = delivery("two")
    assert await sink.find(torn) is None
    await sink.send(torn)
    found = lines(file)
    assert (len(found), json.loads(found[2])["id"]) == (3, torn.alert.id)


async def test_a_rotated_file_is_begun_anew(sink: Sink, file: Path) -> None:
    await sink.send(delivery("one"))
    rotate(file)
    await sink.send(delivery("two"))
    assert len(lines(file)) == 1


async def test_a_file_that_cannot_be_written_waits_for_the_operator(tmp_path: Path) -> None:
    made = make("jsonl", {"path": str(tmp_path)}, Deps(FakeClock(), CapturingLogger()))
    failed = await made.send(delivery("one"))
    assert isinstance(failed, Failed)
    assert (failed.retry, failed.operator, failed.blocks) == (True, True, "sink")
