"""Known mistakes of the exercise `attention_pool`. Of two that look alike the first is named: narrower ones stand first."""

import torch

from autograder.judge import edit, mistake

edit("attention_weights", "one_place_too_many", ") >= lengths[:, None]", ") > lengths[:, None]",
     hint="One place too many counts. Places are numbered from 0: place number lengths[b] is the first one outside.")

edit("attention_weights", "nothing_is_outside", "scores.masked_fill(outside, -math.inf)", "scores",
     hint="All P places get a weight, also those beyond the name's length. Take them out before the softmax.")

edit("attention_weights", "outside_has_score_zero", "-math.inf", "0.0",
     hint="A score of 0 is no score of its own: e to the power of 0 is 1, so places outside still get a weight. It takes −∞.")

edit("attention_weights", "cut_off_afterwards",
     "scores.masked_fill(outside, -math.inf).softmax(dim=1)", "scores.softmax(dim=1).masked_fill(outside, 0)",
     hint="The places outside are set to 0 after the softmax, so the weights of a short name do not add up to 1. Take them out before.")

edit("attention_weights", "outside_is_not_low_enough", "-math.inf", "-1000.0",
     hint="A low number in place of −∞ is beaten by lower scores: a score may be −10,000, and then the places outside win.")

edit("attention_weights", "over_the_names", "softmax(dim=1)", "softmax(dim=0).nan_to_num()",
     hint="The softmax runs over the names of the batch. The weights of one name add up to 1: it runs over the places.")

edit("attention_weights", "scaled", "features, query)", "features, query / len(query) ** 0.5)",
     hint="The scores are divided by the root of C, as Transformers do it. Here they are taken as they are.")

edit("attention_weights", "overflows",
     "return scores.masked_fill(outside, -math.inf).softmax(dim=1)",
     "powers = torch.exp(scores.masked_fill(outside, -math.inf))\n"
     "    return powers / powers.sum(dim=1, keepdim=True)",
     hint="exp of a large score is infinite, and infinity by infinity is NaN. Subtract the largest score of the name first, as torch's softmax does.")

edit("attention_weights", "each_for_itself",
     "scores.masked_fill(outside, -math.inf).softmax(dim=1)", "scores.masked_fill(outside, -math.inf).sigmoid()",
     hint="A sigmoid looks at each place by itself, so the weights do not add up to 1. A softmax lets the places compete.")

edit("attention_weights", "winner_takes_all",
     ".softmax(dim=1)", ".softmax(dim=1).round()",
     hint="Only the best place gets a weight. The softmax itself is what is asked for: every place that counts has a share.")

edit("attention_weights", "does_not_refuse",
     "    if int(lengths.min()) < 1 or int(lengths.max()) > places:\n"
     '        raise ValueError(f"a name has 1 to {places} places")\n',
     "",
     hint="A length of 0 leaves nothing to choose from (NaN), one above P counts places that do not exist. Raise ValueError for both.")

edit("attention_weights", "refuses_only_zero", " or int(lengths.max()) > places", "",
     hint="A length above P is not refused. There are only P places: raise ValueError.")

edit("attention_weights", "weights_cut_off", ".softmax(dim=1)", ".softmax(dim=1).detach()",
     hint="The way back to the query is cut, so nothing can be learnt. Leave .detach(), .item() and torch.tensor(…) out.")

edit("attention_pool", "the_mean_again", "torch.einsum(\"bcp,bp->bc\", features, weights)", "(features * weights[:, None]).mean(dim=2)",
     hint="You divide by P once more. The weights add up to 1 already: it is a sum.")

edit("attention_pool", "weights_forgotten", "torch.einsum(\"bcp,bp->bc\", features, weights)", "features.mean(dim=2) + 0 * weights[:, :1]",
     hint="The weights are not used: this is the plain mean.")


@mistake(replaces="attention_pool", hint="squeeze() removes every axis of length 1: a batch of one name, or a single detector, loses its axis. Name the axis.")
def everything_squeezed(features, weights):
    return torch.bmm(features, weights[:, :, None]).squeeze()


edit("attention_pool", "largest_share", "torch.einsum(\"bcp,bp->bc\", features, weights)", "(features * weights[:, None]).amax(dim=2)",
     hint="You take the largest of the weighted answers. They are added up.")

edit("attention_pool", "pool_cut_off", "features, weights)", "features, weights).detach()",
     hint="The way back to features and weights is cut. Leave .detach() out.")
