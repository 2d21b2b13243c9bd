"""What surrounds every request: its log line, who acts, and errors as pages."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

GetResponse = Callable[[HttpRequest], HttpResponse]


class _PassThrough:
    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)


class RequestLogMiddleware(_PassThrough): ...


class ActingMiddleware(_PassThrough): ...


class ErrorMiddleware(_PassThrough): ...
