"""Tells every answer's client where it stands: ``X-RateLimit-*``."""

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

from streaming.quotas.charging import VERDICT_KEY
from streaming.quotas.errors import rate_headers


@sync_and_async_middleware
def rate_limit_headers(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Django's middleware; a request that was charged to nobody has none of the headers."""
    if iscoroutinefunction(get_response):

        async def asynchronous(request: HttpRequest) -> HttpResponseBase:
            answering: Awaitable[HttpResponseBase] = get_response(request)
            return _told(request, await answering)

        return asynchronous

    def synchronous(request: HttpRequest) -> HttpResponseBase:
        response: HttpResponseBase = get_response(request)
        return _told(request, response)

    return synchronous


def _told(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    for name, value in rate_headers(request.META.get(VERDICT_KEY)).items():
        response[name] = value
    return response
