"""Known mistakes of the exercise `temperature_softmax`. Of two that look alike the first is named: narrower ones stand first."""

import torch.nn.functional as F

from autograder.judge import edit, mistake

edit("temperature_softmax", "multiplies_by_T",
     "return F.softmax(logits / T, dim=dim)", "return F.softmax(logits * T, dim=dim)",
     hint="You multiply by T, so a high temperature makes it sharper. Divide.")

edit("temperature_softmax", "T_twice", "/ T,", "/ T / T,",
     hint="The temperature is applied twice. Divide once.")

edit("temperature_softmax", "divides_the_probabilities",
     "return F.softmax(logits / T, dim=dim)", "return F.softmax(logits, dim=dim) / T",
     hint="You divide the probabilities by T: they no longer add up to 1, and their shape is the same. Divide the logits, before the softmax.")

edit("temperature_softmax", "always_dim_0", "=dim", "=0",
     hint="The softmax runs along dim 0, over the batch. It runs along `dim`, the last axis by default.")

edit("temperature_softmax", "overflows",
     "return F.softmax(logits / T, dim=dim)",
     "return torch.exp(logits / T) / torch.exp(logits / T).sum(dim=dim, keepdim=True)",
     hint="exp of a large score is infinite, and infinity by infinity is NaN. Subtract the largest score first, or use F.softmax.")

edit("temperature_softmax", "log_probabilities", "F.softmax", "F.log_softmax",
     hint="These are the logarithms of the probabilities (log_softmax).")


@mistake(replaces="temperature_softmax", hint="T = 0 divides by zero: NaN. Raise ValueError unless T > 0.")
def T_zero_is_nan(logits, T=1.0, dim=-1):
    return F.softmax(logits / T, dim=dim)


edit("temperature_softmax", "negative_T_is_allowed", "not T >", "T ==",
     hint="A negative temperature turns the order round. Raise ValueError for it, too.")

edit("temperature_softmax", "changes_the_logits",
     "    return F.softmax(logits / T, dim=dim)",
     "    logits.data.div_(T)\n"
     "    return F.softmax(logits, dim=dim)",
     hint="`/=` and div_ write into the caller's logits. Make a new tensor: logits / T.")

edit("temperature_softmax", "temperature_without_gradient",
     "return F.softmax(logits / T, dim=dim)", "return F.softmax(logits / T, dim=dim).detach()",
     hint="The result is detached: no gradient flows back to the logits.")
