"""Is the Slack app set up as it must be? Token, scopes, channels, and the connection that answers come in by."""

from collections.abc import Mapping, Sequence
from typing import Any

from monitor.sinks.slack_api import SlackApi

SCOPES = {
    "chat:write": "send alerts",
    "channels:read": "find a public channel's id by its name",
    "groups:read": "find a private channel's id by its name",
    "channels:history": "see whether an alert whose answer was lost has arrived",
    "groups:history": "see that in private channels",
}
"""What the bot token must be allowed, and for what."""
ANSWER_SCOPES = {"commands": "take the slash command"}
"""What it must be allowed besides where people answer."""
OPTIONAL_SCOPES = {"chat:write.public": "post to public channels that the app was not invited to"}


async def problems(api: SlackApi, channels: Sequence[str], *, app_token: str = "") -> list[str]:
    """What keeps alerts or answers from working, one line each; [] where all is well."""
    answer = await api.call(api.client.auth_test, {})
    if answer.failed:
        return [answer.failed.error]
    wanted = SCOPES | (ANSWER_SCOPES if app_token else {})
    missing = {scope: use for scope, use in wanted.items() if answer.scopes and scope not in answer.scopes}
    found = [
        f"the app lacks the scope {scope}, to {use}; add it and install the app again" for scope, use in missing.items()
    ]
    if "channels:read" not in missing:
        found += await _channel_problems(api, channels)
    if app_token:
        found += await _app_token_problems(api, app_token)
    return found


async def _channel_problems(api: SlackApi, channels: Sequence[str]) -> list[str]:
    known: dict[str, Mapping[str, Any]] = {}
    async for page in api.channels():
        if page.failed:
            return [f"channels cannot be listed: {page.failed.error}"]
        for channel in page.body.get("channels") or ():
            known |= {str(channel.get("id")): channel, str(channel.get("name")): channel}
    found = []
    for name in channels:
        channel = known.get(name.strip().removeprefix("#"))
        if channel is None:
            found.append(f"channel {name} is not visible to the app; create it, or invite the app if private")
        elif channel.get("is_archived"):
            found.append(f"channel {name} is archived; unarchive it or choose another")
        elif not channel.get("is_member"):
            found.append(f"the app is not in channel {name}; invite it with /invite")
    return found


async def _app_token_problems(api: SlackApi, app_token: str) -> list[str]:
    """Asks for an address to connect to, which is not used."""
    answer = await api.call(api.client.apps_connections_open, {"app_token": app_token})
    if not answer.failed:
        return []
    if answer.code in {"invalid_auth", "not_authed", "not_allowed_token_type", "token_revoked", "account_inactive"}:
        todo = "make one with the scope connections:write under Basic Information, App-Level Tokens"
        return [f"Slack refuses slack.app_token: {answer.code}; {todo}"]
    if answer.code in {"forbidden_team", "missing_scope"}:
        return [f"slack.app_token may not connect: {answer.code}; give it the scope connections:write"]
    return [f"no connection for answers: {answer.failed.error}"]
