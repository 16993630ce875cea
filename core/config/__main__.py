"""The schema on the command line: `python -m core.config validate FILE | defaults | table [--write FILE ...]`."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from core.catalog.families import known_shape
from core.config import RunConfig, parse_config
from core.config.describe import markdown_table
from core.errors import LoraCraftError
from core.hardware import detect_hardware, visible
from core.jsonfile import read_json
from core.rewards.presets import presets_table
from core.runs.fit import Fitting, settled
from core.runs.place import machine_with

TABLES = {"settings": markdown_table, "rewards": presets_table}
"""Name of the marks in a document -> the table between them."""
MARKS = "<!-- {0}: start -->\n", "<!-- {0}: end -->\n"


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 when the configuration is sound, 1 when it is not."""
    parser = argparse.ArgumentParser(prog="python -m core.config", description="Explain run configurations.")
    commands = parser.add_subparsers(dest="command", required=True)
    validate = commands.add_parser("validate", help="check a configuration file and say how it would run here")
    validate.add_argument("file", type=Path)
    commands.add_parser("defaults", help="print the default configuration")
    table = commands.add_parser("table", help="print every setting and every reward as Markdown tables")
    table.add_argument("--write", type=Path, nargs="+", help="replace the tables between the marks in these files")
    options = parser.parse_args(arguments)
    if options.command == "validate":
        return _validate(options.file)
    if options.command == "defaults":
        sys.stdout.write(json.dumps(RunConfig().dump(), indent=2) + "\n")
    elif options.write:
        return max(_write_tables(file) for file in options.write)
    else:
        sys.stdout.write("\n".join(make() for make in TABLES.values()))
    return 0


def _write_tables(file: Path) -> int:
    text = file.read_text(encoding="utf-8")
    if not any(MARKS[0].format(name) in text for name in TABLES):
        sys.stderr.write(f"{file} has no marks of a table: {', '.join(TABLES)}\n")
        return 1
    file.write_text(with_tables(text), encoding="utf-8")
    return 0


def _validate(file: Path) -> int:
    try:
        fitting = _as_it_would_run(parse_config(read_json(file)))
    except LoraCraftError as error:
        sys.stdout.write(f"{file}: {error.message}\n")
        for name, problem in error.fields.items():
            sys.stdout.write(f"  {name}: {problem}\n")
        return 1
    config, training = fitting.config, fitting.config.training
    sys.stdout.write(
        f"{file}: sound. One step: {config.prompts_per_step} prompts x {training.num_generations} completions, "
        f"{training.batch_size} in memory at once.\n"
    )
    for notice in fitting.notices:
        sys.stdout.write(f"  {notice.level}: {notice.field}: {notice.message}\n")
    return 0


def _as_it_would_run(config: RunConfig) -> Fitting:
    """Fitted to this machine, as far as the shape of the model is known without asking anybody.

    Raises:
        InvalidInput: It can't be used here, or does not fit.
    """
    here = machine_with(visible(detect_hardware(), os.environ))
    fitting = settled(config, here, known_shape(config.model.name))
    if fitting.refusal:
        raise fitting.refusal
    return fitting


def with_tables(text: str) -> str:
    """`text` with each table that it has marks for made again."""
    for name, make in TABLES.items():
        start, end = (mark.format(name) for mark in MARKS)
        if start not in text:
            continue
        before, rest = text.split(start, 1)
        _, after = rest.split(end, 1)
        text = before + start + make() + end + after
    return text


if __name__ == "__main__":
    sys.exit(main())
