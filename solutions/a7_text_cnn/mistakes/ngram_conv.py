"""Known mistakes of the exercise `ngram_conv`. Of two that look alike the first is named: narrower ones stand first."""

import torch
import torch.nn.functional as F

from autograder.judge import edit, mistake

edit("ngram_conv", "moves_by_one_number", ", stride=emb.shape[2]", "",
     of="ngram_conv__one_long_row", hint="The window moves by one number instead of one letter. On the flat row the stride is E.")

edit("ngram_conv", "reshape_instead_of_transpose",
     "if weight.shape[1] / E != int(weight.shape[1] / E):", "if weight.shape[1] % E:",
     "return F.conv1d(emb.reshape(B, 1, L * E), weight.unsqueeze(1), bias, stride=E)",
     "return F.conv1d(emb.reshape(B, E, L), weight.reshape(len(weight), -1, E).transpose(1, 2), bias)",
     of="ngram_conv__flat", hint="reshape(B, E, L) does not swap axes, it mixes letters. Use transpose(1, 2).")


@mistake(replaces="ngram_conv", hint="Window and weight are in different orders: one lies letter after letter, the other channel after channel. In the weight all E numbers of a letter stand together, then those of the next: permute the one that does not fit.")
def weight_read_channel_by_channel(emb, weight, bias):
    E = emb.shape[2]
    if weight.shape[1] % E:
        raise ValueError("no whole number of letters")
    return F.conv1d(emb.transpose(1, 2), weight.reshape(len(weight), E, -1), bias)


edit("ngram_conv", "bias_forgotten", ", bias,", ", None,",
     of="ngram_conv__one_long_row", hint="The bias is missing: each detector adds its own to all its answers.")

edit("ngram_conv", "last_window_dropped", ", bias, stride=emb.shape[2])", ", bias, stride=emb.shape[2])[:, :, :-1]",
     of="ngram_conv__one_long_row", hint="The last window is never looked at. n letters fit L − n + 1 times.")


@mistake(replaces="ngram_conv", hint="The n-gram is read backwards: a detector for abc answers to cba. Take the weight as it is.")
def reads_backwards(emb, weight, bias):
    E = emb.shape[2]
    if weight.shape[1] % E:
        raise ValueError("no whole number of letters")
    turned = weight.reshape(len(weight), -1, E).flip(1).flatten(1)
    return F.conv1d(emb.reshape(len(emb), 1, -1), turned[:, None], bias, stride=E)


@mistake(replaces="ngram_conv", hint="The names of the batch are laid end to end, so n-grams cross from one name into the next. Keep the batch axis.")
def names_run_together(emb, weight, bias):
    B, L, E = emb.shape
    n, rest = divmod(weight.shape[1], E)
    if rest:
        raise ValueError("no whole number of letters")
    out = F.conv1d(emb.reshape(1, 1, -1), weight[:, None], bias, stride=E)[0]
    return F.pad(out, (0, B * (L - n + 1))).T[: B * (L - n + 1)].reshape(B, L - n + 1, -1).transpose(1, 2)


edit("ngram_conv", "places_before_detectors",
     ", bias, stride=emb.shape[2])", ", bias, stride=emb.shape[2]).transpose(1, 2)",
     of="ngram_conv__one_long_row", hint="The axes come out as (B, places, C). Detectors come before places: (B, C, L − n + 1).")

edit("ngram_conv", "padded_with_zeros",
     "kernel = weight.view(weight.shape[0], n, emb.shape[2]).transpose(1, 2)",
     "full = F.pad(emb, (0, 0, (n - 1) // 2, n // 2))",
     "return F.conv1d(emb.transpose(1, 2), kernel, bias)",
     "return F.conv1d(full.reshape(len(emb), 1, -1), weight[:, None], bias, stride=emb.shape[2])",
     of="ngram_conv__channels", hint="Zeros are added at the ends so that there are as many answers as letters. No padding here: L − n + 1 places.")


@mistake(replaces="ngram_conv", hint="n is always 3. It follows from the shapes: weight.shape[1] // E.")
def always_three_letters(emb, weight, bias):
    if weight.shape[1] % emb.shape[2]:
        raise ValueError("no whole number of letters")
    windows = [emb[:, i : i + 3].flatten(1) @ weight[:, : 3 * emb.shape[2]].T + bias for i in range(emb.shape[1] - 2)]
    return torch.stack(windows, dim=2)


edit("ngram_conv", "forgets_to_refuse",
     "    if weight.shape[1] % emb.shape[2]:\n"
     '        raise ValueError("no whole number of letters")\n',
     "",
     of="ngram_conv__one_long_row", hint="When the weights are no whole number of letters the numbers of two letters get mixed on the flat row. Raise ValueError.")

edit("ngram_conv", "cut_off_from_the_inputs", ", bias, stride=emb.shape[2])", ", bias, stride=emb.shape[2]).detach()",
     of="ngram_conv__one_long_row", hint="torch.tensor(...) or .detach() cuts the way back, so nothing can be learned. Stay with tensors.")

edit("ngram_conv", "squeezes", ", bias, stride=emb.shape[2])", ", bias, stride=emb.shape[2]).squeeze()",
     of="ngram_conv__one_long_row", hint="A batch of one name or a single detector loses its axis: squeeze removes every axis of length 1.")

edit("ngram_conv", "view_of_what_is_transposed", "reshape", "view",
     of="ngram_conv__one_long_row", hint="view needs numbers that lie in one piece, which those of a transposed tensor do not. Use reshape.")


@mistake(replaces="conv1d_weight", hint="The numbers lie letter after letter: reshape to (C, n, E) first, then swap. (C, E, n) at once mixes them.")
def reshaped_at_once(weight, embedding_dim):
    return weight.reshape(len(weight), embedding_dim, -1)


edit("conv1d_weight", "letters_before_channels", ").permute(0, 2, 1)", ")",
     hint="The result is (C, n, E). nn.Conv1d wants the E channels before the n letters: swap the last two axes.")

edit("conv1d_weight", "letters_flipped", "permute(0, 2, 1)", "transpose(1, 2).flip(2)",
     hint="The letters come out in reverse order. nn.Conv1d does not flip its weight, so neither should you.")


@mistake(replaces="conv1d_weight", hint="The way back to the weight is cut (nn.Parameter, .data or .detach()). Return a tensor that is computed from it.")
def weight_cut_off(weight, embedding_dim):
    return weight.detach().reshape(len(weight), -1, embedding_dim).transpose(1, 2)
