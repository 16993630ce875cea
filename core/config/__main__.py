"""The schema on the command line: `python -m core.config validate FILE | defaults | table [--write README.md]`."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from core.config import RunConfig, parse_config
from core.config.describe import markdown_table
from core.config.resolve import resolve
from core.errors import LoraCraftError
from core.hardware import detect_hardware
from core.jsonfile import read_json

TABLE_START, TABLE_END = "<!-- settings: start -->\n", "<!-- settings: end -->\n"


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 when the configuration is sound, 1 when it is not."""
    parser = argparse.ArgumentParser(prog="python -m core.config", description="Explain run configurations.")
    commands = parser.add_subparsers(dest="command", required=True)
    validate = commands.add_parser("validate", help="check a configuration file and say how it would run here")
    validate.add_argument("file", type=Path)
    commands.add_parser("defaults", help="print the default configuration")
    table = commands.add_parser("table", help="print every setting as a Markdown table")
    table.add_argument("--write", type=Path, help="replace the table between the settings marks of this file")
    options = parser.parse_args(arguments)
    if options.command == "validate":
        return _validate(options.file)
    if options.command == "defaults":
        sys.stdout.write(json.dumps(RunConfig().dump(), indent=2) + "\n")
    elif options.write:
        _write_table(options.write)
    else:
        sys.stdout.write(markdown_table())
    return 0


def _validate(file: Path) -> int:
    try:
        config, notices = resolve(parse_config(read_json(file)), detect_hardware())
    except LoraCraftError as error:
        sys.stdout.write(f"{file}: {error.message}\n")
        for name, problem in error.fields.items():
            sys.stdout.write(f"  {name}: {problem}\n")
        return 1
    training = config.training
    sys.stdout.write(
        f"{file}: sound. One step: {config.prompts_per_step} prompts x {training.num_generations} completions, "
        f"{training.batch_size} in memory at once.\n"
    )
    for notice in notices:
        sys.stdout.write(f"  {notice.level}: {notice.field}: {notice.message}\n")
    return 0


def _write_table(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    before, rest = text.split(TABLE_START, 1)
    _, after = rest.split(TABLE_END, 1)
    file.write_text(before + TABLE_START + markdown_table() + TABLE_END + after, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
