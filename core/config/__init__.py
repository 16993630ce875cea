"""The one schema: validation, the form, the command line, the documentation and the saved file all come from here."""

from core.config.run import RunConfig, parse_config

__all__ = ["RunConfig", "parse_config"]
