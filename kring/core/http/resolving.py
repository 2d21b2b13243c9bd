"""Names to addresses."""

import queue
import socket
import threading
from ipaddress import ip_address
from typing import Protocol

from kring.core.http.addresses import IPAddress
from kring.core.http.deadline import Deadline
from kring.core.http.errors import TooSlow, Unreachable


class Resolver(Protocol):
    """Asked once per hop; what it answers is checked and then connected to."""

    def resolve(self, host: str, port: int, timeout: float) -> list[IPAddress]:
        """All addresses of a name, in the order to try them.

        timeout: seconds after which the answer is no longer wanted
        Raises TooSlow after `timeout`, and Unreachable if there is no such name.
        """
        ...


class SystemResolver:
    """What the machine itself would use: hosts file, DNS, whatever is configured.

    `getaddrinfo` cannot be interrupted, so it runs in a thread that is left behind when time is
    up. At most `lookups` may be under way, so that slow names cannot pile up threads without end.
    """

    def __init__(self, lookups: int = 32) -> None:
        self._free = threading.BoundedSemaphore(lookups)

    def resolve(self, host: str, port: int, timeout: float) -> list[IPAddress]:
        deadline = Deadline(timeout)
        if not self._free.acquire(timeout=timeout):
            raise TooSlow("all lookups are busy")
        answers: queue.SimpleQueue[list[IPAddress] | Exception] = queue.SimpleQueue()
        # A daemon, so that a lookup nobody waits for does not hold up the end of the process.
        threading.Thread(target=self._look_up, args=(host, port, answers), daemon=True).start()
        try:
            answer = answers.get(timeout=deadline.remaining())
        except queue.Empty as error:
            raise TooSlow(f"no address for {host} in time") from error
        if isinstance(answer, Exception):
            raise Unreachable(f"no address for {host}: {answer}") from answer
        return answer

    def _look_up(
        self, host: str, port: int, answers: queue.SimpleQueue[list[IPAddress] | Exception]
    ) -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put([ip_address(entry[4][0]) for entry in found])
        except (OSError, ValueError) as error:  # ValueError: a name the encoder rejects
            answers.put(error)
        finally:
            self._free.release()
