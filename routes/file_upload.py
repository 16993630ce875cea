"""Request bodies as streams: the file of a multipart form, or the raw body, never whole in memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Request
from multipart import MultipartError, MultipartSegment, PushMultipartParser

from constants import MAX_UPLOAD_BYTES, UPLOAD_CHUNK_BYTES
from core.errors import InvalidInput, TooLarge

FORM_OVERHEAD_BYTES = 64 * 1024


def file_part(request: Request) -> tuple[str, Iterator[bytes]]:
    """(file name, chunks) of the part called file, the first of a form; the chunks are to be read before other parts.

    Raises:
        InvalidInput: The request is no multipart form, or its first part is no file called file.
    """
    boundary = request.mimetype_params.get("boundary")
    if request.mimetype != "multipart/form-data" or not boundary:
        raise _refused("the body is no multipart form")
    events = _events(PushMultipartParser(boundary, max_segment_size=MAX_UPLOAD_BYTES), request)
    first = next(events, None)
    if not isinstance(first, MultipartSegment) or first.name != "file" or not first.filename:
        raise _refused("the form's first part is no file called file")
    return first.filename, _until_end(events)


def raw_chunks(request: Request) -> Iterator[bytes | memoryview]:
    """The body in chunks; a chunk is valid until the next one is read.

    Raises:
        InvalidInput: The connection ended before the body did.
    """
    if request.content_length is None:  # a chunked request, which the server joins
        yield from iter(lambda: request.stream.read(UPLOAD_CHUNK_BYTES), b"")
        return
    # One buffer and one system call per chunk: twice as fast as whole megabytes through the request's stream.
    source, buffer, left = (
        request.environ["wsgi.input"],
        memoryview(bytearray(UPLOAD_CHUNK_BYTES)),
        request.content_length,
    )
    _require_size(request, left)
    while left:
        count = source.readinto1(buffer[: min(left, UPLOAD_CHUNK_BYTES)])
        if not count:
            raise _refused(f"the connection broke off {left:,} bytes before its end")
        left -= count
        yield buffer[:count]


def _require_size(request: Request, size_bytes: int) -> None:
    if request.max_content_length is not None and size_bytes > request.max_content_length:
        limit = request.max_content_length
        raise TooLarge(f"A body has at most {limit:,} bytes, not {size_bytes:,}.", "Split it.", {"file": "too large"})


def _events(parser: PushMultipartParser, request: Request) -> Iterator[Any]:
    """Each segment, its data, and None at its end."""
    try:
        for chunk in raw_chunks(request):
            yield from parser.parse(bytes(chunk))
        if not parser.closed:
            yield from parser.parse(b"")
    except MultipartError as error:
        raise _refused(f"the form is broken: {error}") from error


def _until_end(events: Iterator[Any]) -> Iterator[bytes]:
    for event in events:
        if event is None:
            return
        yield event


def _refused(problem: str) -> InvalidInput:
    hint = "Send it as curl -F file=@data.csv does."
    return InvalidInput(f"The upload can't be read: {problem}.", hint, {"file": problem})
