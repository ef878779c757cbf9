"""An HTTP endpoint on loopback that keeps what it is sent and answers as told."""

from collections import deque
from typing import Any

from aiohttp import web


class WebhookServer:
    """Keeps each accepted body by its webhook-id, as a receiver with an idempotency key does."""

    def __init__(self) -> None:
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.accepted: dict[str, bytes] = {}
        # Each a status, with Retry-After where it is a pair; "reset" accepts and then cuts the connection.
        self.answers: deque[int | tuple[int, str] | str] = deque()
        self._runner: web.AppRunner | None = None
        self.address = ""

    async def __aenter__(self) -> "WebhookServer":
        app = web.Application(client_max_size=2**24)
        app.router.add_post("/{any:.*}", self._handle)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.address = f"http://127.0.0.1:{self._runner.addresses[0][1]}/hook"
        return self

    async def __aexit__(self, *_: Any) -> None:
        if self._runner:
            await self._runner.cleanup()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.requests.append((headers, body))
        answer = self.answers.popleft() if self.answers else 204
        status, after = answer if isinstance(answer, tuple) else (answer, "")
        if status == "reset" or (isinstance(status, int) and status < 300):
            self.accepted.setdefault(headers.get("webhook-id", str(len(self.requests))), body)
        if status == "reset":
            if request.transport:
                request.transport.abort()
            return web.Response()
        return web.Response(status=int(status), headers={"Retry-After": after} if after else {})
