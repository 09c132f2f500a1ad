"""Answers that are files: written as they are read, for they may be larger than memory."""

from collections.abc import AsyncIterator, Iterator, Sequence
from itertools import islice
from typing import Final

from channels.db import database_sync_to_async
from django.http import StreamingHttpResponse
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

LINES_AT_ONCE: Final = 500


class AsAsked(DefaultContentNegotiation):
    """The path says which kind of file it is; whatever ``Accept`` says, it is that."""

    def select_renderer(
        self, request: Request, renderers: Sequence[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], str(renderers[0].media_type)


def download(lines: Iterator[str], content_type: str, name: str) -> StreamingHttpResponse:
    """``lines``, which may ask the database between them, as a file called ``name``."""
    response = StreamingHttpResponse(_pieces(lines), content_type=f"{content_type}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


async def _pieces(lines: Iterator[str]) -> AsyncIterator[str]:
    def piece() -> str:
        return "".join(islice(lines, LINES_AT_ONCE))

    while text := await database_sync_to_async(piece)():
        yield text
