import ast
import re
import string


def code_format_reward(completions, language=None, **kwargs):
    """Pays for one fenced block, and more for one that is well-formed Python."""
    scores = []
    for position, completion in enumerate(completions):
        wanted = (language[position] if language else None) or "python"
        content = completion[0]["content"]
        blocks = re.findall(rf"```{re.escape(wanted)}\n(.*?)```", content, re.DOTALL)
        if len(blocks) != 1 or not blocks[0].strip(string.whitespace):
            scores.append(0.0)
            continue
        try:
            ast.parse(blocks[0])
            scores.append(1.0)
        except SyntaxError:
            scores.append(0.25)
    return scores
