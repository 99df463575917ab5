"""Known mistakes of the exercise `load_names`. Of two that look alike the first is named: narrower ones stand first."""

import csv
import math

import torch

from autograder.judge import edit, mistake

edit("load_names", "only_na_is_missing",
     '                name = line["name"].lower().replace(" ", "_")\n'
     "                if name:\n"
     "                    pairs.append((name, label))",
     '                if line["name"] not in ("", "NA"):\n'
     '                    pairs.append((line["name"].lower().replace(" ", "_"), label))',
     hint="“NA” is taken for missing, as pandas does by default. It is a woman's name: only an empty cell is missing.")

edit("load_names", "keeps_empty_names",
     '                name = line["name"].lower().replace(" ", "_")\n'
     "                if name:\n"
     "                    pairs.append((name, label))",
     '                pairs.append((line["name"].lower().replace(" ", "_"), label))',
     hint="A line with an empty name gives an empty name. Leave it out.")

edit("load_names", "labels_swapped",
     "for label, path in enumerate([male_csv, female_csv]):", "for label, path in ((1, male_csv), (0, female_csv)):",
     of="load_names__pairs", hint="The labels are the wrong way round: the first file, the men, is 0.")

edit("load_names", "keeps_doubles", "return list(dict.fromkeys(pairs))", "return pairs",
     of="load_names__pairs", hint="The same name with the same label is there several times. Keep the first.")


@mistake(replaces="load_names", hint="Doubles are dropped before the names are made small, so JOSE and jose both stay. First write alike, then drop.")
def drops_doubles_too_early(male_csv, female_csv):
    pairs = []
    for label, path in enumerate([male_csv, female_csv]):
        with open(path, encoding="utf-8", newline="") as file:
            raw = dict.fromkeys(line["name"] for line in csv.DictReader(file) if line["name"])
        pairs += [(name.lower().replace(" ", "_"), label) for name in raw]
    return pairs


@mistake(replaces="load_names", hint="A name that is in both files has lost its second label. Such names stand there twice, once with each.")
def one_label_per_name(male_csv, female_csv):
    found = {}
    for label, path in enumerate([male_csv, female_csv]):
        with open(path, encoding="utf-8", newline="") as file:
            for line in csv.DictReader(file):
                if line["name"]:
                    found.setdefault(line["name"].lower().replace(" ", "_"), label)
    return list(found.items())


edit("load_names", "names_with_spaces", 'lower().replace(" ", "_")', "lower()",
     of="load_names__pairs", hint="The spaces are still there. Each becomes _.")

edit("load_names", "reads_latin_1", '"utf-8"', '"latin-1"',
     of="load_names__pairs", hint='The file is read as Latin-1, so ñ becomes two strange letters. Open it with encoding="utf-8".')

edit("load_names", "takes_accents_off",
     "    pairs = []",
     "    import unicodedata\n"
     "    pairs = []",
     'name = line["name"].lower().replace(" ", "_")',
     'name = unicodedata.normalize("NFKD", line["name"].lower().replace(" ", "_"))',
     "pairs.append((name, label))", 'pairs.append(("".join(c for c in name if not unicodedata.combining(c)), label))',
     hint="Accents are taken off and ñ becomes n. Change nothing but capitals and spaces.")

edit("load_names", "takes_the_first_column",
     '            pairs += [(line["name"].lower().replace(" ", "_"), label) for line in csv.DictReader(file) if line["name"]]',
     "            for line in list(csv.reader(file))[1:]:\n"
     "                if line and line[0]:\n"
     '                    pairs.append((line[0].lower().replace(" ", "_"), label))',
     of="load_names__pairs", hint="You take the first column, whatever it is called. The names are in the column `name`.")

edit("load_names", "keeps_the_frequency",
     '                name = line["name"].lower().replace(" ", "_")\n'
     "                if name:\n"
     "                    pairs.append((name, label))",
     '                if line["name"]:\n'
     "                    pairs.append(\n"
     '                        (line["name"].lower().replace(" ", "_"), label, int(line["frequency"].replace(",", "")))\n'
     "                    )",
     hint="More than the name is kept. A row is a pair (name, label): age and frequency will not be there when you predict.")


# ================================================================ load_names: split_names


@mistake(replaces="split_names", hint="The rows are dealt out, so the two rows of a name with both labels may end in different lists. Deal out the names.")
def splits_rows(rows, fractions, seed=0):
    if not math.isclose(sum(fractions), 1):
        raise ValueError("the fractions do not add up to 1")
    order = torch.randperm(len(rows), generator=torch.Generator().manual_seed(seed)).tolist()
    ends = [round(sum(fractions[: i + 1]) * len(rows)) for i in range(len(fractions))]
    return [[rows[i] for i in order[a:b]] for a, b in zip([0] + ends, ends)]


edit("split_names", "cuts_without_shuffling",
     "    order = torch.randperm(len(names), generator=torch.Generator().manual_seed(seed)).tolist()\n", "",
     "    parts = [{names[i] for i in order[a:b]} for a, b in zip([0] + ends, ends)]\n"
     "    return [[row for row in rows if row[0] in part] for part in parts]",
     "    return [[row for row in rows if row[0] in set(names[a:b])] for a, b in zip([0] + ends, ends)]",
     of="split_names__sets", hint="The names are cut without shuffling, so a list has only one end of the alphabet. Shuffle with a generator of the seed.")


@mistake(replaces="split_names", hint="The names are cut in the order of the rows, men first, so one list has hardly any women. Shuffle first.")
def cuts_men_first(rows, fractions, seed=0):
    if not math.isclose(sum(fractions), 1):
        raise ValueError("the fractions do not add up to 1")
    names = list(dict.fromkeys(name for name, _ in rows))
    ends = [round(sum(fractions[: i + 1]) * len(names)) for i in range(len(fractions))]
    return [[row for row in rows if row[0] in set(names[a:b])] for a, b in zip([0] + ends, ends)]


edit("split_names", "shuffles_a_set", "sorted", "list",
     of="split_names__sets", hint="The set of names is shuffled as it comes, but a set has another order in each Python. Sort the names before you shuffle.")

edit("split_names", "seeds_torch",
     "    names = sorted({name for name, _ in rows})",
     "    torch.manual_seed(seed)\n"
     "    names = sorted({name for name, _ in rows})",
     ", generator=torch.Generator().manual_seed(seed)", "",
     of="split_names__sets", hint="torch.manual_seed changes the random numbers of the whole program. Use a generator of your own.")

edit("split_names", "forgets_the_seed", ", generator=torch.Generator().manual_seed(seed)", "",
     of="split_names__sets", hint="The seed is not used: the lists are others in each call. Give it to a generator.")

edit("split_names", "accepts_any_fractions",
     "    if not math.isclose(sum(fractions), 1):\n"
     '        raise ValueError("the fractions do not add up to 1")\n',
     "",
     of="split_names__sets", hint="Fractions that do not add up to 1 are accepted. Raise ValueError: names would be lost or dealt twice.")

edit("split_names", "strict_about_rounding", "if not math.isclose(sum(fractions), 1):", "if sum(fractions) != 1:",
     of="split_names__sets", hint="sum(fractions) != 1 is too strict for floats: 0.7 + 0.2 + 0.1 is 0.9999999999999999. Use math.isclose.")


@mistake(replaces="split_names", hint="Rounding down each size loses names at the end. Cut at rounded sums.")
def loses_the_rest(rows, fractions, seed=0):
    if not math.isclose(sum(fractions), 1):
        raise ValueError("the fractions do not add up to 1")
    names = sorted({name for name, _ in rows})
    order = torch.randperm(len(names), generator=torch.Generator().manual_seed(seed)).tolist()
    parts, start = [], 0
    for fraction in fractions:
        end = start + int(fraction * len(names))
        part = {names[i] for i in order[start:end]}
        parts.append([row for row in rows if row[0] in part])
        start = end
    return parts


@mistake(replaces="split_names", hint="Each size is rounded down, and the last list gets all that is left: two names too many or more. Cut at rounded sums.")
def rest_piles_up_in_the_last(rows, fractions, seed=0):
    if not math.isclose(sum(fractions), 1):
        raise ValueError("the fractions do not add up to 1")
    names = sorted({name for name, _ in rows})
    order = torch.randperm(len(names), generator=torch.Generator().manual_seed(seed)).tolist()
    sizes = [int(fraction * len(names)) for fraction in fractions[:-1]]
    ends = [sum(sizes[: place + 1]) for place in range(len(sizes))] + [len(names)]
    parts, start = [], 0
    for end in ends:
        part = {names[i] for i in order[start:end]}
        parts.append([row for row in rows if row[0] in part])
        start = end
    return parts


# ================================================================ load_names: length_for

edit("length_for", "always_the_longest", "lengths[math.ceil(share * len(lengths)) - 1]", "lengths[-1]",
     hint="You always give the length of the longest name. A share of the names is asked for: the longest ones may be cut.")

edit("length_for", "share_rounded_down", "math.ceil(share * len(lengths)) - 1", "max(int(share * len(lengths)) - 1, 0)",
     hint="The number of names is rounded down, so a little less than the share is not cut. Round up.")

edit("length_for", "a_name_further", "math.ceil(share * len(lengths)) - 1", "min(math.ceil(share * len(lengths)), len(lengths) - 1)",
     hint="You look one name too far. Of n names in order the last that has to fit is at place n - 1.")

edit("length_for", "one_letter_more", "lengths[math.ceil(share * len(lengths)) - 1]", "lengths[math.ceil(share * len(lengths)) - 1] + 1",
     hint="One letter too many. The dot in front is not part of max_len.")

edit("length_for", "share_of_the_longest", "lengths[math.ceil(share * len(lengths)) - 1]", "math.ceil(share * lengths[-1])",
     hint="That is a share of the longest length. Count names: how many are no longer than n letters?")

edit("length_for", "not_in_order", "sorted(len(name) for name in names)", "[len(name) for name in names]",
     hint="The lengths are in the order of the names. Sort them first.")

edit("length_for", "each_name_once", "for name in names)", "for name in set(names))",
     hint="A name that is there twice counts twice: do not make a set of them.")
