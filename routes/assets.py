"""The assets of the page: its one stylesheet, the modules to preload, and the icons."""

from __future__ import annotations

import posixpath
import re
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, request
from markupsafe import Markup

bp = Blueprint("assets", __name__)
STATIC = Path(__file__).resolve().parent.parent / "static"
ICONS = STATIC / "node_modules" / "heroicons" / "24" / "outline"
IMPORT = re.compile(r'@import url\("([^"]+)"\)(?: layer\((\w+)\))?;')
ADDRESS = re.compile(r"url\((?!['\"]?(?:data:|/))['\"]?([^)'\"]+)['\"]?\)")
STATIC_IMPORT = re.compile(r'^(?:import|export)\b[^;]*?from "(\.[^"]+)";', re.MULTILINE)


@bp.get("/app.css")
def stylesheet():
    """All stylesheets in one response, because two dozen requests would take longer than the rest of the page."""
    response = Response(flattened("css/main.css"), mimetype="text/css")
    response.add_etag()
    response.cache_control.no_cache = True
    return response.make_conditional(request)


def flattened(name: str) -> str:
    """A stylesheet below static/ with its imports written out; a missing one is empty.

    Relative addresses become absolute, because the text is served from another folder.
    """
    file, folder = STATIC / name, posixpath.dirname(name)
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    return "\n".join(_line(line, folder) for line in lines)


def _line(line: str, folder: str) -> str:
    imported = IMPORT.fullmatch(line)
    if not imported:
        return ADDRESS.sub(lambda found: f'url("/static/{_below(folder, found.group(1))}")', line)
    text = flattened(_below(folder, imported.group(1)))
    return f"@layer {imported.group(2)} {{\n{text}\n}}" if imported.group(2) else text


def _below(folder: str, relative: str) -> str:
    return posixpath.normpath(posixpath.join(folder, relative))


@lru_cache
def first_modules(entry: str = "js/main.js") -> tuple[str, ...]:
    """Paths below static/ of a module and all its static imports, which the browser can then load at once."""
    found = [entry]
    for name in found:
        text = (STATIC / name).read_text(encoding="utf-8")
        for other in STATIC_IMPORT.findall(text):
            path = _below(posixpath.dirname(name), other)
            if path not in found:
                found.append(path)
    return tuple(found)


@bp.app_template_global()
@lru_cache
def icon(name: str) -> Markup:
    """An icon as markup in the text's colour; empty where the browser packages are not installed."""
    file = ICONS / f"{name}.svg"
    return Markup(file.read_text(encoding="utf-8")) if file.is_file() else Markup("")
