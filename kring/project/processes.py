"""What `kring serve` needs of the operating system: children that end with it, and free ports."""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import socket
import sys

PR_SET_PDEATHSIG = 1
# Looked up here: a child just forked had better not search for libraries.
_LIBC = ctypes.CDLL(None) if sys.platform.startswith("linux") else None


def end_with_parent() -> None:
    """Ask the kernel to stop this process when its parent dies, even by `kill -9`.

    Only Linux can; elsewhere an orphan keeps its port until somebody stops it.
    """
    if _LIBC is None:
        return
    parent = os.getppid()
    _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGTERM)


def port_problem(host: str, port: int) -> str | None:
    """Why nothing can listen there, as a sentence; None when something can."""
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, proto) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except socket.gaierror:
        return f"{host!r} is not an address of this machine."
    except PermissionError:
        return f"Port {port} needs more rights than this account has; choose one above 1023."
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return f"Port {port} on {host} is in use. Stop what uses it, or choose another: --port."
        return f"Nothing can listen on {host} port {port}: {error.strerror}."
    return None


def answers(host: str, port: int, path: str) -> bool:
    """Whether a GET of `path` gives status 200."""
    try:
        with socket.create_connection((host, port), timeout=2) as link:
            link.sendall(f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
            return b" 200 " in link.recv(64)
    except OSError:
        return False
