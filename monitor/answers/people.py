"""Who asks, and whether they may."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Asker:
    """Somebody who pressed or typed something.

    Attributes:
        user: the id of the user; team: of the workspace the user belongs to.
        channel, channel_name: where, "" in the home tab and in modals.
        response_url: where an answer only for them goes, "" where there is none.
        trigger: what a modal may be opened with for three seconds, "" for none.
        thread: ts of the thread the pressed message is in, "" for none.
    """

    user: str
    team: str = ""
    channel: str = ""
    channel_name: str = ""
    response_url: str = ""
    trigger: str = ""
    thread: str = ""


@dataclass(frozen=True, slots=True)
class Permissions:
    """Who may answer, and where; none named means everybody of the workspace, and everywhere.

    Attributes:
        users: ids.
        channels: names or ids, without `#`.
    """

    users: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()

    def refusal(self, asker: Asker, workspace: str) -> str:
        """Why this is not done, in words for the asker; "" where it may be."""
        if not asker.user:
            return "Slack does not say who you are."
        if self.users and asker.user not in self.users:
            return "You are not among those who may do this: ask for your user id to be added to slack.allowed_users."
        # People of other organisations share some channels; they are let in by name only.
        if not self.users and not workspace:
            return "Slack does not say just now which workspace this is, so nobody can be let in; try again."
        if not self.users and asker.team and asker.team != workspace:
            return "Only members of this workspace may do this; others have to be named in slack.allowed_users."
        if asker.channel and self.channels and not {asker.channel, asker.channel_name} & self.channels:
            return "This channel is not among those where answers count (slack.allowed_channels)."
        return ""


def of_interaction(payload: Mapping[str, Any]) -> Asker:
    """Who pressed a button or submitted a modal."""
    user, channel = _mapping(payload.get("user")), _mapping(payload.get("channel"))
    message = _mapping(payload.get("message"))
    thread = str(message.get("thread_ts") or "")
    return Asker(
        user=str(user.get("id") or ""),
        team=str(user.get("team_id") or _mapping(payload.get("team")).get("id") or ""),
        channel=str(channel.get("id") or ""),
        channel_name=str(channel.get("name") or ""),
        response_url=str(payload.get("response_url") or ""),
        trigger=str(payload.get("trigger_id") or ""),
        thread=thread if thread != message.get("ts") else "",
    )


def of_command(payload: Mapping[str, Any]) -> Asker:
    """Who typed a slash command."""
    return Asker(
        user=str(payload.get("user_id") or ""),
        team=str(payload.get("team_id") or ""),
        channel=str(payload.get("channel_id") or ""),
        channel_name=str(payload.get("channel_name") or ""),
        response_url=str(payload.get("response_url") or ""),
        trigger=str(payload.get("trigger_id") or ""),
    )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
