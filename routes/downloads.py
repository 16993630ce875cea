"""/api/exports/<session_id>/<file>: exported files, also in ranges, and folders as zip files."""

from __future__ import annotations

from io import BytesIO
from typing import IO, TYPE_CHECKING

from flask import Blueprint, Response, request
from werkzeug.utils import send_file
from werkzeug.wrappers import Response as BaseResponse
from werkzeug.wsgi import FileWrapper

from core.errors import NotFound
from routes.http import services
from services.exports.downloads import HINT, Bundle, Download

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

bp = Blueprint("downloads", __name__)
PIECE_BYTES = 256 * 1024


@bp.get("/<session_id>/<file>")
def download(session_id: str, file: str):
    """One exported file, or a zip file of several."""
    found = services().exports.find(session_id, file)
    return _zipped(found) if isinstance(found, Bundle) else _attached(found)


def _attached(found: Download) -> BaseResponse:
    """A file, read while it is sent, and closed when the client has received it or disconnects."""
    try:
        stat = found.path.stat()
        return send_file(
            found.path if found.text is None else BytesIO(found.text.encode("utf-8")),
            environ=_environment(),
            as_attachment=True,
            download_name=found.name,
            etag=f"{stat.st_mtime_ns:x}-{stat.st_size:x}",
            last_modified=int(stat.st_mtime),
            response_class=Response,
        )
    except FileNotFoundError as error:
        raise NotFound(f"{found.path.name!r} has just been deleted.", HINT) from error


def _environment() -> WSGIEnvironment:
    """The request's environment, changed so that pieces are larger, and several ranges get the whole file."""

    def wrap(file: IO[bytes], _: int) -> FileWrapper:
        return FileWrapper(file, PIECE_BYTES)

    environment = {**request.environ, "wsgi.file_wrapper": wrap}
    if "," in environment.get("HTTP_RANGE", ""):
        del environment["HTTP_RANGE"]
    return environment


def _zipped(bundle: Bundle) -> Response:
    stream = bundle.stream()
    response = Response(iter(stream), mimetype="application/zip")
    response.content_length = len(stream)
    response.headers.set("Content-Disposition", "attachment", filename=bundle.name)
    return response
