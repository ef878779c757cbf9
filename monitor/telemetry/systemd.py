"""systemd's notification protocol: one datagram a state, to the socket named in NOTIFY_SOCKET (see sd_notify(3))."""

import os
import socket
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta


def notify(state: str, environ: Mapping[str, str] = os.environ) -> bool:
    """Send a state such as READY=1; False where no service manager listens."""
    address = environ.get("NOTIFY_SOCKET", "")
    if not address:
        return False
    # A service manager that has gone must not take the daemon with it.
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.connect("\0" + address[1:] if address.startswith("@") else address)
        channel.sendall(state.encode())
        return True
    return False


def watchdog_interval(environ: Mapping[str, str] = os.environ) -> timedelta | None:
    """Half of systemd's watchdog time, the interval it advises; None where the watchdog is off."""
    microseconds, pid = environ.get("WATCHDOG_USEC", ""), environ.get("WATCHDOG_PID", str(os.getpid()))
    if not microseconds.isdigit() or pid != str(os.getpid()):
        return None
    return timedelta(microseconds=int(microseconds)) / 2
