"""How fast Slack hears that a press has arrived, and how soon the card shows it; a part of `bench.alerts`.

People press Acknowledge at a steady pace on cards of their own, over the real Socket Mode client, while articles are
stored and alerts raised and delivered beside them as in the daemon. Slack shows an error where it is not told within
three seconds; chat.update takes some fifty a minute, which sets the pace at which cards can follow.
"""

import asyncio
import time
from pathlib import Path
from statistics import quantiles
from typing import Any

from monitor.model.alert import Alert
from monitor.sinks.slack_buttons import Press
from tests.support.slack_server import SlackServer
from tests.unit.answers.house import House, listening, open_house

EACH = 1.5
"""Seconds between presses: forty a minute, so that edits keep up."""
MUST = 3.0


async def answers(folder: Path, seconds: float) -> tuple[str, float]:
    """Presses to acknowledgements, and to edited cards; the row, and the slowest acknowledgement in seconds."""
    told: list[float] = []
    shown: list[float] = []
    async with SlackServer(channel_names=("alerts",)) as server, open_house(folder, server) as house, listening(house):
        cards = [await house.raise_alert(f"a{number}") for number in range(max(int(seconds / EACH), 2))]
        over = asyncio.Event()
        beside = [asyncio.create_task(_busy(house, over)), asyncio.create_task(_upkeep(house, over))]
        presses = []
        for card in cards:
            presses.append(asyncio.create_task(_press(house, card, told, shown)))
            await asyncio.sleep(EACH)
        await asyncio.wait_for(asyncio.gather(*presses), 120)
        over.set()
        await asyncio.gather(*beside)
    row = f"{'pressed -> acknowledged':<44} {len(told):>5} presses {_cuts(told)}"
    return f"{row}\n{'pressed -> card edited':<44} {len(shown):>5} cards   {_cuts(shown)}", max(told)


async def _press(house: House, card: tuple[Alert, dict[str, Any]], told: list[float], shown: list[float]) -> None:
    _, message = card
    began = time.monotonic()
    envelope = await house.server.socket.press(message, Press.ACKNOWLEDGE)
    told.append(envelope.seconds)
    while not message.get("edits"):  # noqa: ASYNC110 - the message is the stand-in's
        await asyncio.sleep(0.02)
    shown.append(time.monotonic() - began)


async def _busy(house: House, over: asyncio.Event) -> None:
    """Ten articles a second are stored on the same thread, each with an alert that is sent."""
    number = 0
    while not over.is_set():
        number += 1
        await asyncio.sleep(0.1)
        await house.raise_alert(f"b{number}")


async def _upkeep(house: House, over: asyncio.Event) -> None:
    """As the daemon does, each second."""
    while not over.is_set():
        await house.upkeep.run()
        await asyncio.sleep(1)


def _cuts(seconds: list[float]) -> str:
    cuts = quantiles(seconds, n=100) if len(seconds) > 1 else [0.0] * 99
    return "  ".join(f"p{cut} {cuts[cut - 1]:6.3f} s" for cut in (50, 95, 99))
