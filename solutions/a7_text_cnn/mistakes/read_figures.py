"""Known mistakes of the exercise `read_figures`. Of two that look alike the first is named: narrower ones stand first."""

from autograder.judge import edit

edit("difference_counts", "smaller_spread", "return apart > max(max(first)", "return apart > min(max(first)",
     hint="Your yardstick is the smaller of the two spreads. The larger one says how much chance can do.")

edit("difference_counts", "spreads_added_up", "max(max(first) - min(first), max(second) - min(second))", "max(first) - min(first) + max(second) - min(second)",
     hint="You add the two spreads up. The yardstick is the larger of them.")

edit("difference_counts", "spread_of_the_first", "max(max(first) - min(first), max(second) - min(second))", "max(first) - min(first)",
     hint="Only the spread of the first setting is looked at. The yardstick is the larger of both.")

edit("difference_counts", "only_when_it_is_better", "abs(sum(first) / len(first) - sum(second) / len(second))", "sum(second) / len(second) - sum(first) / len(first)",
     hint="A setting that is clearly worse gives False. A difference counts whichever setting is the better one: take the absolute value.")

edit("difference_counts", "one_accuracy_is_enough",
     "    if min(len(first), len(second)) < 2:\n"
     '        raise ValueError("a spread needs at least two accuracies of each setting")\n',
     "",
     hint="A single accuracy has the spread 0, so every difference seems to count. Raise ValueError.")

edit("nearest_letters", "dot_products", "F.cosine_similarity(table, table[own : own + 1], dim=1)", "table @ table[own]",
     hint="A dot product is larger for long rows. Divide by both lengths, or use F.cosine_similarity.")

edit("nearest_letters", "distances", "F.cosine_similarity(table, table[own : own + 1], dim=1)", "-(table - table[own]).norm(dim=1)",
     hint="You compare how far apart the ends of the rows are. Long and short rows in one direction are similar all the same: take the cosine.")

edit("nearest_letters", "opposites_are_near", "F.cosine_similarity(table, table[own : own + 1], dim=1)", "F.cosine_similarity(table, table[own : own + 1], dim=1).abs()",
     hint="The absolute value makes opposite rows the most similar ones. −1 is the opposite: leave the sign.")

edit("nearest_letters", "least_similar_first", "descending=True", "descending=False",
     hint="The list begins with the least similar letter. Sort from the largest cosine down.")

edit("nearest_letters", "itself_first", " if place != own", "",
     hint="The letter itself is the first of its nearest ones, with a cosine of 1. Leave it out.")

edit("nearest_letters", "list_of_letters", 'return "".join(chars[place] for place in order[:k])', "return [chars[place] for place in order[:k]]",
     hint='The letters are in a list; one string is asked for: "".join(…).')

edit("nearest_letters", "takes_any_letter",
     "    if letter not in chars:\n"
     '        raise ValueError(f"{letter!r} is not one of {chars!r}")\n',
     "",
     "own = chars.index(letter)", "own = chars.find(letter)",
     hint="find gives −1 for a letter that is not there, and row −1 is the last one. Raise ValueError.")
