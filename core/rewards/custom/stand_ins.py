"""Stand-ins: the few modules that pasted rewards import and Monty lacks, written in what it has, or asked of us."""

from __future__ import annotations

import ast
import difflib
import re
import warnings
from collections.abc import Callable
from typing import Any

from core.rewards.base import Example

LONGEST_TEXT = 20_000
LONGEST_COMPARED = 2_000
LONGEST_BARE = 200
PROSE = re.compile(r"(?<![\\a-zA-Z])[a-zA-Z]{3,}")
ANCHORS = ("$", "\\boxed", "\\(", "\\[")
"""What tells math-verify where an answer begins."""

SHARED = """class _StandIn:
    pass
"""
LOGGING = """def _logger_of(name=None):
    logger = _StandIn()
    def silent(*args, **kwargs): pass
    def said(message, *args, **kwargs): print(str(message) % args if args else message)
    for level in ("debug", "info", "setLevel", "addHandler", "basicConfig"): setattr(logger, level, silent)
    for level in ("warning", "warn", "error", "exception", "critical"): setattr(logger, level, said)
    return logger
_logging = _logger_of()
_logging.getLogger = _logger_of
_logging.DEBUG, _logging.INFO, _logging.WARNING, _logging.ERROR, _logging.CRITICAL = 10, 20, 30, 40, 50
"""
STRING = """_string = _StandIn()
_string.ascii_lowercase = "abcdefghijklmnopqrstuvwxyz"
_string.ascii_uppercase = _string.ascii_lowercase.upper()
_string.ascii_letters = _string.ascii_lowercase + _string.ascii_uppercase
_string.digits = "0123456789"
_string.hexdigits = "0123456789abcdefABCDEF"
_string.punctuation = "!\\"#$%&'()*+,-./:;<=>?@[\\\\]^_`{|}~"
_string.whitespace = " \\t\\n\\r\\x0b\\x0c"
_string.printable = _string.digits + _string.ascii_letters + _string.punctuation + _string.whitespace
"""
STATISTICS = """_statistics = _StandIn()
def _mean(values):
    values = list(values)
    if not values: raise ValueError("mean requires at least one data point")
    return sum(values) / len(values)
def _median(values):
    values = sorted(values)
    if not values: raise ValueError("no median for empty data")
    return (values[(len(values) - 1) // 2] + values[len(values) // 2]) / 2
def _variance_of(values, taken, least):
    values = list(values)
    if len(values) < least: raise ValueError("variance requires at least " + str(least) + " data points")
    centre = sum(values) / len(values)
    return sum((value - centre) ** 2 for value in values) / (len(values) - taken)
_statistics.mean = _statistics.fmean = _mean
_statistics.median = _median
_statistics.variance = lambda values: _variance_of(values, 1, 2)
_statistics.pvariance = lambda values: _variance_of(values, 0, 1)
_statistics.stdev = lambda values: _variance_of(values, 1, 2) ** 0.5
_statistics.pstdev = lambda values: _variance_of(values, 0, 1) ** 0.5
_statistics.mode = lambda values: max(list(values), key=list(values).count)
"""
OS = """import os as _real_os
_os = _StandIn()
_os.path, _os.sep, _os.linesep = _real_os.path, _real_os.sep, "\\n"
setattr(_os, "environ", {})
setattr(_os, "getenv", lambda name, default=None: default)
"""
WARNINGS = """_warnings = _StandIn()
_warnings.warn = lambda message, *args, **kwargs: print(message)
_warnings.filterwarnings = _warnings.simplefilter = lambda *args, **kwargs: None
"""
TRACEBACK = """_traceback = _StandIn()
_traceback.print_exc = lambda *args, **kwargs: None
_traceback.format_exc = lambda *args, **kwargs: ""
"""
AST = """_ast = _StandIn()
_ast.parse = lambda source, *args, **kwargs: _parse_python(str(source))
_ast.literal_eval = lambda source: _read_literal(str(source))
"""
DIFFLIB = """_difflib = _StandIn()
def _matcher(isjunk=None, a="", b="", autojunk=True):
    matcher = _StandIn()
    matcher.ratio = lambda: _similarity(str(a), str(b))
    return matcher
_difflib.SequenceMatcher = _matcher
"""
MATH_VERIFY = """_math_verify = _StandIn()
def _setting(*args, **kwargs): return None
def _first(parsed): return str(parsed[-1]) if isinstance(parsed, (list, tuple)) and parsed else str(parsed or "")
_math_verify.parse = lambda text, *args, **kwargs: _extract_maths(str(text))
_math_verify.verify = lambda gold, target, *args, **kwargs: _equal_maths(_first(gold), _first(target))
for _name in ("LatexExtractionConfig", "ExprExtractionConfig", "StringExtractionConfig", "NormalizationConfig"):
    setattr(_math_verify, _name, _setting)
_latex2sympy2_extended = _math_verify
"""

MODULES = {
    "logging": (LOGGING, ("getLogger", "basicConfig", "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")),
    "string": (STRING, ("ascii_letters", "ascii_lowercase", "ascii_uppercase", "digits", "punctuation", "whitespace")),
    "statistics": (STATISTICS, ("mean", "fmean", "median", "mode", "stdev", "pstdev", "variance", "pvariance")),
    "os": (OS, ("getenv", "environ", "path")),
    "warnings": (WARNINGS, ("warn", "filterwarnings", "simplefilter")),
    "traceback": (TRACEBACK, ("print_exc", "format_exc")),
    "ast": (AST, ("parse", "literal_eval")),
    "difflib": (DIFFLIB, ("SequenceMatcher",)),
    "math_verify": (
        MATH_VERIFY,
        ("parse", "verify", "LatexExtractionConfig", "ExprExtractionConfig", "StringExtractionConfig"),
    ),
    "latex2sympy2_extended": (MATH_VERIFY, ("NormalizationConfig",)),
}
"""Module -> (the code that stands in for it, the names that may be imported from it)."""


def may_help(raised: BaseException | None) -> bool:
    """Whether an exception is what code meets that imports a module of MODULES in Monty, which has no environment."""
    return isinstance(raised, ImportError) or (isinstance(raised, RuntimeError) and str(raised).startswith("'os."))


def with_stand_ins(source: str) -> tuple[str, int]:
    """The source with stand-ins before it in place of what it imports of MODULES, and how many lines they take.

    A name that a stand-in lacks is still imported, so that the sandbox says what it can't run.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(source)
    lines = source.split("\n")
    used: dict[str, None] = {}
    imports = [node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))]
    for node in sorted(imports, key=lambda found: -found.lineno):
        written, modules = _instead_of(node)
        if modules:
            _replace(lines, node, written)
            used |= dict.fromkeys(modules)
    code = dict.fromkeys(MODULES[module][0] for module in used)
    before = SHARED + "".join(code) if code else ""
    return before + "\n".join(lines), before.count("\n")


def _instead_of(node: ast.Import | ast.ImportFrom) -> tuple[str, list[str]]:
    """What to write in place of an import, and the modules that it then stands in for."""
    if isinstance(node, ast.ImportFrom):
        module = (node.module or "").partition(".")[0]
        if module not in MODULES or any(name.name not in MODULES[module][1] for name in node.names):
            return "", []
        return "; ".join(f"{name.asname or name.name} = _{module}.{name.name}" for name in node.names), [module]
    known = [name for name in node.names if name.name in MODULES]
    others = [ast.unparse(ast.Import([name])) for name in node.names if name not in known]
    return "; ".join([*others, *(f"{name.asname or name.name} = _{name.name}" for name in known)]), [
        name.name for name in known
    ]


def _replace(lines: list[str], node: ast.stmt, written: str) -> None:
    """Write something else in place of a statement, on as many lines."""
    first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
    before = lines[first].encode()[: node.col_offset].decode()
    after = lines[last].encode()[node.end_col_offset :].decode()
    lines[first : last + 1] = [before + written + after, *[""] * (last - first)]


def parse_python(source: str) -> None:
    """Whether a text is well-formed Python.

    Raises:
        SyntaxError: It is not, or it is too long or too deep to be read.
    """
    if len(source) > LONGEST_TEXT:
        raise SyntaxError(f"longer than {LONGEST_TEXT} characters")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(source)
    except (ValueError, RecursionError, MemoryError) as error:
        raise SyntaxError(str(error)) from error


def read_literal(source: str) -> Any:
    """The value of a literal, as of ast.literal_eval."""
    if len(source) > LONGEST_TEXT:
        raise ValueError(f"longer than {LONGEST_TEXT} characters")
    try:
        return ast.literal_eval(source.strip())
    except (RecursionError, MemoryError) as error:
        raise ValueError(str(error)) from error


def similarity(first: str, second: str) -> float:
    """How alike two texts are, 0 to 1, by their first LONGEST_COMPARED characters."""
    return difflib.SequenceMatcher(None, first[:LONGEST_COMPARED], second[:LONGEST_COMPARED]).ratio()


def extract_maths(text: str) -> list[str]:
    """The text of the mathematical answer that math-verify finds; nothing where it finds none.

    A bare answer is taken whole: of 2\\sqrt{3} without dollars math-verify reads the 2.
    """
    from math_verify import parse

    bare = text.strip()
    if bare and len(bare) <= LONGEST_BARE and not PROSE.search(bare) and not any(mark in bare for mark in ANCHORS):
        return [bare]
    found = [part for part in parse(text[-LONGEST_TEXT:]) if isinstance(part, str)]
    return found[-1:]


def equal_maths(gold: str, answer: str) -> bool:
    """Whether two answers are equal, by the preset Math & Science."""
    from core.rewards.presets import PRESETS

    math_science = PRESETS["math-science"].function
    return bool(gold.strip() and answer.strip()) and math_science(answer, gold, Example()).value == 1.0


ASKED: dict[str, Callable[..., Any]] = {
    "_parse_python": parse_python,
    "_read_literal": read_literal,
    "_similarity": similarity,
    "_extract_maths": extract_maths,
    "_equal_maths": equal_maths,
}
"""What stand-ins ask of this process."""
