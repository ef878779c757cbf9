"""The page's routes: who may see them, what they answer, and the headers that keep what was fetched harmless."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar
from urllib.parse import quote

import structlog
from aiohttp import web

from monitor.alerts.text import harmless
from monitor.errors import MonitorError, StoreError
from monitor.web import rendering
from monitor.web.access import COOKIE, LASTS, Access, Visitor
from monitor.web.context import Context
from monitor.web.page import WORDS, Done, Page
from monitor.web.pages import alerts, feeds, now, rules, silences, stories
from monitor.web.problems import lamp

T = TypeVar("T")
Show = Callable[[Context, web.Request], Awaitable[Page]]
Act = Callable[[Context, web.Request, Mapping[str, str], str], Awaitable[Done | Page]]

PAGES: Mapping[str, Show] = {
    "/": now.show,
    "/stories": stories.index,
    r"/stories/{story:[0-9a-f]{4,16}}": stories.show,
    r"/articles/{article:[0-9a-f]{4,16}}": stories.article,
    "/alerts": alerts.index,
    r"/alerts/{alert:[0-9a-f]{4,16}}": alerts.show,
    "/silences": silences.index,
    "/feeds": feeds.index,
    "/rules": rules.index,
    r"/rules/{rule:[\w.-]+}": rules.show,
}
FORMS: Mapping[str, Act] = {
    r"/alerts/{alert:[0-9a-f]{4,16}}/resend": alerts.resend,
    r"/alerts/{alert:[0-9a-f]{4,16}}/acknowledge": alerts.acknowledge,
    "/silences": silences.add,
    r"/silences/{silence:[0-9a-f]{8}}/end": silences.end,
}
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # "no-referrer" would take the Origin from our own forms.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_FORWARDED = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP")
_TROUBLE = "Something is wrong on our side, and it is in the log. Other pages may work all the same."


class WebPage:
    """Answers from the running daemon; makes no decision of its own."""

    def __init__(self, context: Context, access: Access) -> None:
        self._context, self._access = context, access
        self._templates = rendering.environment(context.clock)
        self._log = structlog.get_logger("monitor.web")
        self._static = {name: (rendering.HERE / "static" / name).read_bytes() for name in rendering.STATIC}

    def routes(self) -> list[web.RouteDef]:
        """Everything the page serves."""
        return [
            web.get("/static/{name}", self._file),
            web.post("/enter", self._enter),
            web.post("/leave", self._leave),
            *(web.get(path, self._shown(show)) for path, show in PAGES.items()),
            *(web.post(path, self._taken(act)) for path, act in FORMS.items()),
        ]

    def _shown(self, show: Show) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            visitor = self._visitor(request)
            stopped = self._stopped(request, visitor)
            if stopped is not None:
                return stopped
            return self._respond(request, visitor, await self._guarded(request, show(self._context, request)))

        return handle

    def _taken(self, act: Act) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            visitor = self._visitor(request)
            stopped = self._stopped(request, visitor)
            if stopped is not None:
                return stopped
            form = await _form(request)
            refusal = self._refusal(request, visitor, form)
            if refusal:
                return self._respond(request, visitor, _message("Nothing was done", refusal, 403))
            # Whoever has signed in is who they said then.
            said = "" if self._access.guarded else form.get("by", "")
            named = self._access.named(visitor, said or visitor.name)
            if not named.name:
                fields = {key: value for key, value in form.items() if key not in {"token", "by"}}
                return self._respond(
                    request, visitor, Page("who.html", {"action": request.path, "fields": fields}, 422)
                )
            done = await self._guarded(request, act(self._context, request, form, named.name))
            if isinstance(done, Page):
                return self._respond(request, named, done)
            self._log.info("web_form", path=request.path, by=named.name, outcome=done.words)
            return self._go(request, named, f"{done.path}?done={quote(done.words)}" if done.words else done.path)

        return handle

    async def _guarded(self, request: web.Request, work: Awaitable[T]) -> T | Page:
        """What the work gives; what goes wrong, as a page."""
        try:
            return await work
        except StoreError as error:
            return _message("The database does not answer", f"{error}. Try again in a moment.", 503)
        except MonitorError as error:
            return _message("That did not work", str(error), 500)
        except Exception:  # noqa: BLE001 - a mistake of ours on one page must not look like a dead daemon
            self._log.exception("web_page_failed", path=request.path)
            return _message("That did not work", _TROUBLE, 500)

    def _stopped(self, request: web.Request, visitor: Visitor) -> web.Response | None:
        """The answer for those who may not see the page; None for those who may."""
        closed = self._closed(request)
        if closed:
            return web.Response(status=403, text=f"{closed}\n", headers=_HEADERS)
        if not self._access.may_enter(visitor):
            return self._respond(request, visitor, Page("enter.html", {"problem": "", "next": request.path_qs}, 401))
        return None

    async def _enter(self, request: web.Request) -> web.Response:
        visitor, form = self._visitor(request), await _form(request)
        closed = self._closed(request)
        if closed:
            return web.Response(status=403, text=f"{closed}\n", headers=_HEADERS)
        problem = self._refusal(request, visitor, form)
        follow = _own_path(form.get("next", "/"))
        if not problem and not form.get("by", "").strip():
            problem = "Please say who you are."
        entered = problem or self._access.enter(form.get("by", ""), form.get("password", ""))
        if isinstance(entered, str):
            self._log.warning("web_sign_in_refused", remote=request.remote, reason=entered)
            return self._respond(request, visitor, Page("enter.html", {"problem": entered, "next": follow}, 403))
        self._log.info("web_signed_in", by=entered.name, remote=request.remote)
        return self._go(request, entered, follow)

    async def _leave(self, request: web.Request) -> web.Response:
        visitor = self._visitor(request)
        if self._closed(request) or self._refusal(request, visitor, await _form(request)):
            return self._go(request, visitor, "/")
        answer = web.Response(status=303, headers={**_HEADERS, "Location": "/"})
        answer.del_cookie(COOKIE, path="/")
        return answer

    async def _file(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name not in self._static:
            raise web.HTTPNotFound
        headers = {**_HEADERS, "Cache-Control": "public, max-age=31536000, immutable"}
        return web.Response(
            body=self._static[name], content_type=rendering.STATIC[name], charset="utf-8", headers=headers
        )

    def _closed(self, request: web.Request) -> str:
        return self._access.closed(request.host, forwarded=any(name in request.headers for name in _FORWARDED))

    def _visitor(self, request: web.Request) -> Visitor:
        return self._access.visitor(request.cookies.get(COOKIE, ""))

    def _refusal(self, request: web.Request, visitor: Visitor, form: Mapping[str, str]) -> str:
        return self._access.refusal(
            visitor,
            form.get("token", ""),
            host=request.host,
            origin=request.headers.get("Origin", ""),
            site=request.headers.get("Sec-Fetch-Site", ""),
        )

    def _respond(self, request: web.Request, visitor: Visitor, page: Page) -> web.Response:
        common = {
            "visitor": visitor,
            "guarded": self._access.guarded,
            "token": self._access.token(visitor),
            "path": request.path,
            "query": {key: value for key, value in request.query.items() if key not in {"page", "done"}},
            "done": WORDS.get(request.query.get("done", ""), ""),
            "state": lamp(self._context),
        }
        try:
            text = self._templates.get_template(page.template).render(**common, **page.values)
        except Exception:  # noqa: BLE001 - as above
            self._log.exception("web_page_failed", path=request.path)
            page = _message("That did not work", _TROUBLE, 500)
            text = self._templates.get_template(page.template).render(**common, **page.values)
        answer = web.Response(text=text, status=page.status, content_type="text/html", headers=_HEADERS)
        self._keep(request, answer, visitor)
        return answer

    def _go(self, request: web.Request, visitor: Visitor, path: str) -> web.Response:
        answer = web.Response(status=303, headers={**_HEADERS, "Location": path})
        self._keep(request, answer, visitor)
        return answer

    def _keep(self, request: web.Request, answer: web.Response, visitor: Visitor) -> None:
        """Have the browser remember the visitor, where it does not yet."""
        cookie = self._access.cookie(visitor)
        if request.cookies.get(COOKIE) != cookie:
            secure = request.headers.get("X-Forwarded-Proto", request.scheme) == "https"
            answer.set_cookie(
                COOKIE,
                cookie,
                max_age=int(LASTS.total_seconds()),
                path="/",
                httponly=True,
                # Strict would sign out whoever follows a link from a chat.
                samesite="Lax",
                secure=secure,
            )


async def _form(request: web.Request) -> dict[str, str]:
    if request.content_type != "application/x-www-form-urlencoded":
        raise web.HTTPUnsupportedMediaType
    given = {key: value for key, value in (await request.post()).items() if isinstance(value, str)}
    return {key: value if key == "password" else harmless(value) for key, value in given.items()}


def _message(head: str, text: str, status: int) -> Page:
    return Page("message.html", {"head": head, "text": text}, status)


def _own_path(path: str) -> str:
    """A path of this page; the first page for anything that would lead elsewhere."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() else "/"
