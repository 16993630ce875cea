"""The measure of bench.generation: a batched generate loop as anybody would write it, nothing around it.

Reads {"source", "adapter", "prompts", "max_tokens", "batch"} from its input; prints the seconds of the loop, a line a
round, one for each empty line it is sent.
"""

from __future__ import annotations

import json
import sys
import time

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer


def main() -> None:
    """Load once, then time the loop as often as asked."""
    task = json.loads(sys.stdin.readline())
    tokenizer = AutoTokenizer.from_pretrained(task["adapter"] or task["source"], padding_side="left")
    model = AutoModelForCausalLM.from_pretrained(task["source"], dtype=torch.float32)
    model = (PeftModel.from_pretrained(model, task["adapter"]) if task["adapter"] else model).eval()
    chats = [[{"role": "user", "content": prompt}] for prompt in task["prompts"]]
    texts = [tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True) for chat in chats]
    for _ in sys.stdin:
        began = time.perf_counter()
        tokens = sum(
            _batch(model, tokenizer, texts[i : i + task["batch"]], task) for i in range(0, len(texts), task["batch"])
        )
        print(json.dumps({"seconds": time.perf_counter() - began, "tokens": tokens}), flush=True)


def _batch(model, tokenizer, texts: list[str], task: dict) -> int:
    inputs = tokenizer(texts, return_tensors="pt", padding=True, add_special_tokens=False)
    with torch.inference_mode():
        output = model.generate(
            **inputs, max_new_tokens=task["max_tokens"], do_sample=False, pad_token_id=tokenizer.pad_token_id
        )
    answers = tokenizer.batch_decode(output[:, inputs["input_ids"].shape[1] :], skip_special_tokens=True)
    return sum(len(tokenizer(answer).input_ids) for answer in answers)


if __name__ == "__main__":
    main()
