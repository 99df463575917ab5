"""Known mistakes of the exercise `calibration`. Of two that look alike the first is named: narrower ones stand first."""

from autograder.judge import edit

edit("reliability", "sure_of_the_label",
     "largest, guesses = probabilities.max(dim=1)",
     "guesses = probabilities.argmax(dim=1)\n"
     "    largest = probabilities.gather(1, labels[:, None])[:, 0]",
     hint="How sure it is, is the probability of what it says, the largest one, not that of the label: a wrong answer may be very sure.")

edit("reliability", "border_in_the_upper_bin",
     "number = (largest * bins).ceil().long() - 1", "number = (largest * bins).long().clamp(max=bins - 1)",
     hint="A probability on a border belongs to the lower bin: bin j holds what is above j / bins, up to and with (j + 1) / bins.")

edit("reliability", "bins_from_one_half",
     "number = (largest * bins).ceil().long() - 1", "number = ((largest * 2 - 1).clamp(min=0) * bins).ceil().long().sub(1).clamp(min=0)",
     hint="Your bins share out 0.5 to 1. They share out 0 to 1: with more than two classes the largest probability may be below one half.")

edit("reliability", "middle_of_the_bin",
     "sure = zeros.index_add(0, number, largest) / counts.clamp(min=1)",
     "sure = (torch.arange(bins, dtype=largest.dtype) + 0.5) / bins * (counts > 0)",
     hint="`sure` is the middle of each bin. It is the mean of what is in the bin.")

edit("reliability", "nan_in_empty_bins",
     "sure = zeros.index_add(0, number, largest) / counts.clamp(min=1)", "sure = zeros.index_add(0, number, largest) / counts",
     hint="An empty bin has 0 / 0, NaN. There 0 is asked for: divide by counts.clamp(min=1).")

edit("reliability", "sums_not_shares",
     "(guesses == labels).to(largest.dtype)) / counts.clamp(min=1)", "(guesses == labels).to(largest.dtype))",
     hint="`right` counts how many of a bin are right. It is their share: divide by how many are in the bin.")

edit("reliability", "always_float32",
     "dtype=largest.dtype, device", "device", "number, largest)", "number, largest.float())", "(guesses == labels).to(largest.dtype)", "(guesses == labels).float()",
     hint="The table is float32 whatever comes in. Keep the dtype of the probabilities.")

edit("calibration_error", "every_bin_alike",
     "(counts * (right - sure).abs()).sum() / counts.sum()", "(right - sure)[counts > 0].abs().mean()",
     hint="Each bin counts alike. Weigh it by how many are in it: a bin with one patch says little.")

edit("calibration_error", "divided_by_the_bins", "/ counts.sum()", "/ len(counts)",
     hint="You divide by the number of bins. N is the number of items, counts.sum().")

edit("calibration_error", "without_absolute_value", "(right - sure).abs()", "(right - sure)",
     hint="Bins where it is too sure and bins where it is not sure enough cancel out. Take the absolute value in each bin.")

edit("calibration_error", "squared", "(right - sure).abs()", "(right - sure) ** 2",
     hint="The differences are squared. The absolute value is asked for.")

edit("calibration_error", "result_is_a_tensor",
     "float((counts * (right - sure).abs()).sum() / counts.sum())", "(counts * (right - sure).abs()).sum() / counts.sum()",
     hint="The result is a tensor, a Python float is asked for: float(…).")

edit("fit_temperature", "multiplied", "scores / T", "scores * T",
     hint="You multiply by T, and so find 1/T. The logits are divided by the temperature.")

edit("fit_temperature", "of_probabilities", "scores / T", "scores.softmax(dim=1) / T",
     hint="cross_entropy applies the softmax itself. Give it the logits, divided by T.")

edit("fit_temperature", "coarse_search", "900", "30",
     hint="The search is too coarse: its steps are larger than 1 %. Take more of them, or search again between the best two.")

edit("fit_temperature", "never_below_one", "-1.30103", "0.0",
     hint="The search begins at 1. A network may be not sure enough, too: then T is below 1.")

edit("fit_temperature", "stops_at_five", ", 1.30103,", ", 0.69897,",
     hint="The search ends at 5. T may be as large as 20.")

edit("fit_temperature", "probability_of_the_label",
     "F.cross_entropy(scores / T, labels.cpu())", "-(scores / T).softmax(dim=1).gather(1, labels.cpu()[:, None]).mean()",
     hint="You maximise the mean probability of the label. That rewards being sure. It is the cross entropy, the mean of −log p, that has its best value where the probabilities are honest.")
