"""Calling the synchronous store from the event loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar, TypeVarTuple

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class StoreThread:
    """Runs store calls one after another in a thread of their own.

    One thread, because SQLite has one writer anyway, and a lock or a slow disk then delays the store alone.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")

    async def __call__(self, fn: Callable[[*Ts], T], *args: *Ts) -> T:
        """What fn(*args) returns; its exceptions come through."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, lambda: fn(*args))

    def close(self) -> None:
        """Wait for the call under way and end the thread."""
        self._pool.shutdown(wait=True, cancel_futures=True)
