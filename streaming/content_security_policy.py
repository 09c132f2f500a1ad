"""The content security policy of every answer that brings none of its own.

Pages that run scripts say which (``frontend.views``, ``streaming.api.docs``,
``streaming.backoffice.site``). Everything else, an error page or a record's bytes, may load
nothing and be framed by nobody, whatever a browser takes it for.
"""

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import sync_and_async_middleware

NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
HEADER = "Content-Security-Policy"


@sync_and_async_middleware
def content_security_policy(get_response):
    """Django's middleware. Without a hop to a thread: records pass through it too."""
    if iscoroutinefunction(get_response):

        async def answer_later(request: HttpRequest) -> HttpResponse:
            response = await get_response(request)
            response.headers.setdefault(HEADER, NOTHING)
            return response

        return answer_later

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault(HEADER, NOTHING)
        return response

    return answer
