"""The feeds of alerts on the health port: /alerts/RULE.rss, .atom and .json; "all" for every rule."""

import hashlib

from aiohttp import web

from monitor.alerts.syndication import MEDIA_TYPES, feed
from monitor.errors import StoreError
from monitor.storage import StoreThread
from monitor.store.sql import SqlStore

_NEWEST = 100


class AlertFeeds:
    """Answers from the database, so a feed is complete whatever was sent elsewhere."""

    def __init__(self, store: SqlStore, call: StoreThread) -> None:
        self._store, self._call = store, call

    def routes(self) -> list[web.RouteDef]:
        """What the page of the health port serves besides."""
        return [web.get(rf"/alerts/{{rule:[\w.-]+}}.{{kind:{'|'.join(MEDIA_TYPES)}}}", self._feed)]

    async def _feed(self, request: web.Request) -> web.Response:
        rule, kind = request.match_info["rule"], request.match_info["kind"]
        wanted = "" if rule == "all" else rule
        try:
            alerts = await self._call(lambda: self._store.newest_alerts(wanted, _NEWEST))
        except StoreError as error:
            return web.Response(status=503, text=f"{error}\n", headers={"Retry-After": "60"})
        title = f"Alerts of {rule}" if wanted else "All alerts"
        address = str(request.url.with_query(None))
        text = feed(kind, alerts, title, address)
        tag = hashlib.sha256(text.encode()).hexdigest()[:32]
        if any(etag.value in (tag, "*") for etag in request.if_none_match or ()):
            return web.Response(status=304, headers={"ETag": f'"{tag}"'})
        return web.Response(
            body=text.encode(), content_type=MEDIA_TYPES[kind], charset="utf-8", headers={"ETag": f'"{tag}"'}
        )
