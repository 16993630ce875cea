"""Linear layers on a CPU that multiply their frozen weights in bfloat16; all else stays in float32."""

from __future__ import annotations

from typing import Any

import torch
from torch.nn import Linear
from torch.nn.functional import linear


class _Product(torch.autograd.Function):
    """x times frozen weights, with x rounded to their type."""

    @staticmethod
    def forward(ctx: Any, x: Any, weight: Any) -> Any:
        """In the type of x; shape [..., outputs]."""
        ctx.weight = weight
        return linear(x.to(weight.dtype), weight).to(x.dtype)

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> tuple[Any, None]:
        """The gradient of x. Its own is not saved: the weights have none."""
        (gradient,) = gradients
        return (gradient.to(ctx.weight.dtype) @ ctx.weight).to(gradient.dtype), None


class BFloat16Linear(Linear):
    """A linear layer that does not learn, in a model that computes in float32.

    The output layer is none: bfloat16 would round logits to steps of 0.06 to 0.125 nats.
    """

    def __init__(self, layer: Linear):
        super().__init__(layer.in_features, layer.out_features, bias=False, device="meta")
        self.weight = torch.nn.Parameter(layer.weight.detach().to(torch.bfloat16), requires_grad=False)
        self.bias = layer.bias

    def forward(self, input: Any) -> Any:
        """Shape [..., inputs] to [..., outputs], in the type of the input."""
        output = _Product.apply(input, self.weight)
        return output if self.bias is None else output + self.bias


def multiply_in_bfloat16(model: Any) -> bool:
    """Replace the linear layers of a model, apart from the output layer and those of another kind.

    Args:
        model: For which `prompts.why_not` is empty; recurrent ones look at weights of their layers themselves.

    Returns:
        Whether there was any.
    """
    output = model.get_output_embeddings()
    found = [
        (module, name, layer)
        for module in model.modules()
        for name, layer in module.named_children()
        if type(layer) is Linear and layer is not output
    ]
    for module, name, layer in found:
        setattr(module, name, BFloat16Linear(layer))
    return bool(found)
