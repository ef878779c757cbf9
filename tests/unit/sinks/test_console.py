"""Cards on a terminal, with colour and without."""

import asyncio
import io
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from rich.cells import cell_len
from rich.console import Console
from structlog.testing import CapturingLogger

from monitor.model.alert import AlertKind, Card, Delivery, DeliveryState
from monitor.ports import Failed, Sent
from monitor.sinks import Deps, make
from monitor.sinks.console import ConsoleSink
from tests.support.nouns import NOON, FakeClock, alert, article
from tests.unit.sinks.test_slack_blocks import card, cards


def shown(what: Card, width: int = 80, *, terminal: bool = False, encoding: str = "utf-8") -> str:
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="")
    console = Console(
        file=file,
        width=width,
        force_terminal=terminal,
        color_system="truecolor" if terminal else None,
        highlight=False,
        emoji=False,
    )
    sink = ConsoleSink(console, Deps(FakeClock(), CapturingLogger()))
    raised = alert(article(), channel="#war", card=what)
    assert isinstance(asyncio.run(sink.send(Delivery(1, raised, "console", DeliveryState.SENDING, 1, NOON))), Sent)
    file.seek(0)
    return file.read()


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_card_fits_and_says_everything(width: int) -> None:
    text = shown(card(also="also Reuters; 3 copies", notes=("key facts were not analysed",)), width)
    flat = re.sub(r"[\s▌]+", " ", text)
    for part in (
        "HIGH ATACMS authorisation #war",
        "Missiles approved",
        "Example Wire · Sun 17 Nov 2024, 14:05 UTC · also Reuters; 3 copies",
        "https://news.example/1",
        "Claimed Biden gave the green light — according to U.S. officials",
        "Why These ATACMS are approved.",
        "Matched ATACMS",
        "note: key facts were not analysed",
    ):
        assert part in flat
    assert max(cell_len(line) for line in text.splitlines()) <= min(width, 100)
    assert "\x1b" not in text


def test_an_update_is_indented_and_begins_with_what_is_new() -> None:
    text = shown(card(kind=AlertKind.UPDATE, changes=("killed: 12 → 17",)))
    lines = text.rstrip().splitlines()
    assert all(line.startswith("    ▌ ") for line in lines)
    assert "update · HIGH" in lines[0]
    assert "killed: 12 → 17" in lines[1]


def test_attribution_is_in_italics_and_the_headline_is_linked() -> None:
    text = shown(card(), terminal=True)
    assert re.search(r"\x1b\[3m — according to U\.S\. officials", text)
    assert "https://news.example/1\x1b\\" in text


def test_a_terminal_without_unicode_gets_a_plain_bar() -> None:
    plain = replace(card(), facts=())
    assert shown(plain, encoding="ascii").startswith("| HIGH")


@settings(max_examples=25)
@given(cards)
def test_no_article_reaches_the_terminal_controls(any_card: Card) -> None:
    text = shown(any_card)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    assert "[bold]" not in shown(replace(any_card, headline="[/] [link=x]y[/link]"), terminal=True)


async def test_a_closed_output_is_a_failure_and_no_crash() -> None:
    file = io.StringIO()
    file.close()
    sink = ConsoleSink(Console(file=file), Deps(FakeClock(), CapturingLogger()))
    sending = Delivery(1, alert(article()), "console", DeliveryState.SENDING, 1, NOON)
    failed = await sink.send(sending)
    assert isinstance(failed, Failed)
    assert failed.retry


async def test_made_from_options_it_writes_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    sink = make("console", {"width": 80}, Deps(FakeClock(), CapturingLogger()))
    sending = Delivery(1, alert(article()), "console", DeliveryState.SENDING, 1, NOON)
    assert await sink.send(sending) == Sent(sending.alert.id)
    assert "Title of one" in capsys.readouterr().out
