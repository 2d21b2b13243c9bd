"""`/metrics`: how Kring is doing, for a Prometheus that has the token. Not there without one."""

from __future__ import annotations

import hmac
import shutil

from django.conf import settings
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from kring.core import clock, metrics
from kring.jobs import deliveries, pulse

TYPE = "text/plain; version=0.0.4; charset=utf-8"


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """401 without the token, 404 where there is none to have. 3 queries."""
    token = settings.ENV.metrics_token
    if not token or not metrics.is_on():
        raise Http404
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(given.encode(), token.encode()):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    response = HttpResponse(metrics.collected() + _gauges().encode(), content_type=TYPE)
    response["Cache-Control"] = "no-store"
    return response


def _gauges() -> str:
    """What is so at this moment, asked when it is asked for."""
    found: list[tuple[str, str, float]] = [
        (
            "kring_disk_free_bytes", "Room where KRING_DATA is.",
            shutil.disk_usage(settings.ENV.data).free,
        )
    ]  # fmt: skip
    try:
        waiting = deliveries.undelivered()
        lost = sum(many for _handler, _error, many in deliveries.given_up())
        beat = pulse.last_beat()
    except DatabaseError:
        found.append(("kring_database_up", "Whether the database answers.", 0))
    else:
        found += [
            ("kring_database_up", "Whether the database answers.", 1),
            ("kring_deliveries_waiting", "Deliveries of events still to come.", waiting),
            ("kring_deliveries_given_up", "Deliveries that failed for good.", lost),
        ]
        if beat is not None:
            silent = (clock.utc_now() - beat).total_seconds()
            found.append(("kring_worker_silent_seconds", "Since a worker was seen.", silent))
    return "".join(
        f"# HELP {name} {told}\n# TYPE {name} gauge\n{name} {value}\n"
        for name, told, value in found
    )
