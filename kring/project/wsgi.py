"""What the web server runs in each of its processes."""

from __future__ import annotations

import os
from functools import partial

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from kring.core import metrics
from kring.media import policy
from kring.project import processes
from kring.project.bodies import BodiesFirst
from kring.project.overload import Shedding, waiting_at
from kring.project.supervisor import BLOCKING_THREADS, PORT_VARIABLE
from kring.web.requests import Utf8Request

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kring.project.settings")
processes.end_with_parent()
if settings.ENV.metrics_token:
    metrics.start(settings.ENV.data / "metrics")
django_application = get_wsgi_application()
django_application.request_class = Utf8Request
application = Shedding(
    BodiesFirst(
        django_application,
        slots=BLOCKING_THREADS // 2,
        largest=settings.DATA_UPLOAD_MAX_MEMORY_SIZE,
        largest_form=policy.BODY_BYTES,
    ),
    partial(waiting_at, int(os.environ.get(PORT_VARIABLE, "0"))),
)


def _get_ready() -> None:
    """Lease ids and load every page's code before the first visitor comes."""
    # Only now: the models behind it need the settings.
    from django.db import connections
    from django.urls import get_resolver

    from kring.core import nodes

    nodes.start()
    _ = get_resolver().url_patterns
    # Requests run in threads, with connections of their own.
    connections.close_all()
    if PORT_VARIABLE in os.environ:
        application.watch()


_get_ready()
