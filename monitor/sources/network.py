"""Names and sockets for untrusted addresses: what may be connected to is decided as the connection is made."""

import asyncio
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

# Looking a name up blocks a thread, for half a minute where a hostile server wants it to.
_THREADS = 64


class AddressRefusedError(OSError):
    """A connection to an address that must not be reached."""


def guarded_sockets(refuse: Callable[[str], str]) -> Callable[[Sequence[Any]], socket.socket]:
    """What makes the sockets of a connector: one for each address that may be connected to, and none for others.

    The address is the very one that is connected to next, whether the host was a name, a number or anything a
    resolver takes for one, so that a name that answers differently the second time (DNS rebinding) gains nothing.

    Args:
        refuse: why an address is out of bounds, "" where it is not.
    """

    def make(info: Sequence[Any]) -> socket.socket:
        family, kind, protocol, _, place = info
        reason = refuse(str(place[0]))
        if reason:
            raise AddressRefusedError(reason)
        return socket.socket(family, kind, protocol)

    return make


class Resolver(AbstractResolver):
    """The system's resolver in threads of its own, so that slow names delay nothing but themselves."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="names")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses of a name.

        Raises:
            OSError: it has none.
        """
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(
            self._threads, lambda: socket.getaddrinfo(host, port, family, socket.SOCK_STREAM, 0, socket.AI_ADDRCONFIG)
        )
        return [
            ResolveResult(
                hostname=host,
                host=str(address[0]),
                port=int(address[1]),
                family=kind,
                proto=protocol,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for kind, _, protocol, _, address in found
        ]

    async def close(self) -> None:
        """Let go of the threads; those that hang end with their look-up."""
        self._threads.shutdown(wait=False, cancel_futures=True)
