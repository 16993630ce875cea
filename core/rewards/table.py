"""The preset library as a Markdown table for docs/rewards.md."""

from __future__ import annotations

from core.rewards.base import Parameter
from core.rewards.names import ALIASES
from core.rewards.presets import PRESETS


def markdown_table() -> str:
    """Every preset: names, what earns points, whether it judges truth, the columns and parameters it takes."""
    lines = [
        "| reward | also | what earns points | judges truth | columns | parameters |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, preset in PRESETS.items():
        aliases = ", ".join(f"`{alias}`" for alias, known in ALIASES.items() if known == name)
        columns = ", ".join(f"`{field}`" for field in preset.fields)
        parameters = ", ".join(_parameter(parameter) for parameter in preset.parameters)
        truth = "yes" if preset.judges_truth else ""
        cells = (f"**{preset.title}** `{name}`", aliases, preset.summary, truth, columns, parameters)
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def _parameter(parameter: Parameter) -> str:
    return f"`{parameter.name}` ({parameter.default!r})"
