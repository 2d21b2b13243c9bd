"""What a page costs, asked as the web server asks: the whole of Django, without the network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

from django.conf import settings
from django.test import Client

from kring.core.ids import MAX_ID
from kring.members.models import Identity
from kring.project.bench.measure import Costs

Application = Callable[[dict[str, Any], Callable[..., Any]], Any]
RANKED = {"page JSON": "/feed.json", "page HTML": "/"}
BY_TIME = {"page by time, HTML": "/?order=time"}
# An open page asks this every half minute, mostly in vain; who asks more often is told to wait.
IN_VAIN = {"news: nothing came": f"/news?since={MAX_ID}"}
ASKED = 20
ANSWERS = (["200 OK"], ["204 No Content"])


class Browser:
    """Somebody signed in."""

    def __init__(self, application: Application, viewer: Identity) -> None:
        assert viewer.account is not None
        client = Client()
        client.force_login(viewer.account)
        self._cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies['sessionid'].value}"
        self._application = application

    def get(self, address: str) -> bytes:
        """The page's body, empty where there is no news. Raises AssertionError for any error."""
        status: list[str] = []
        path, _, query = address.partition("?")
        environ = {
            "REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query,
            "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "8000", "HTTP_HOST": "127.0.0.1:8000",
            "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1", "SCRIPT_NAME": "",
            "HTTP_COOKIE": self._cookie, "HTTP_ACCEPT_LANGUAGE": "en",
            "wsgi.url_scheme": "http", "wsgi.input": BytesIO(), "wsgi.errors": BytesIO(),
            "wsgi.multithread": True,
        }  # fmt: skip
        answer = self._application(environ, lambda line, headers, *_: status.append(line))
        body = b"".join(answer)
        if hasattr(answer, "close"):
            answer.close()
        assert status in ANSWERS, (address, status)
        return body


def measure(
    browsers: list[Browser], costs: Costs, *, runs: int, forget: Callable[[], None]
) -> dict[str, float]:
    """Ask for every page `runs` times, one kind after the other, as under a load of its kind.

    Where many kinds are asked in turn each finds the processor's caches full of the others: what a
    page costs right after it was ranked is a row of its own.

    forget: drops what this process keeps of earlier slates
    """
    sizes: dict[str, float] = {}
    for name, address in RANKED.items():
        for spent, browser in _turns(browsers, costs, runs):
            forget()
            with spent.of(f"{name}, slate cold"):
                browser.get(address)
            with spent.of(f"{name}, just ranked"):
                browser.get(address)
    warm = {f"{name}, slate warm": address for name, address in RANKED.items()}
    for name, address in (warm | BY_TIME).items():
        for spent, browser in _turns(browsers, costs, runs):
            with spent.of(name):
                sizes[name] = len(browser.get(address)) / 1000
    for name, address in IN_VAIN.items():
        for spent, browser in _turns(browsers, costs, min(runs, ASKED * len(browsers))):
            with spent.of(name):
                browser.get(address)
    return sizes


def _turns(browsers: list[Browser], costs: Costs, runs: int) -> Iterator[tuple[Costs, Browser]]:
    """Each browser in turn; the first two rounds are not counted."""
    for run in range(-2 * len(browsers), runs):
        yield (costs if run >= 0 else Costs()), browsers[run % len(browsers)]
