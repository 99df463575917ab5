"""Known mistakes of the exercise `char_vocab`. Of two that look alike the first is named: narrower ones stand first."""

import warnings

from autograder.judge import edit, mistake


# ================================================================ char_vocab: the list of characters


edit("CharVocab.__init__", "in_order_of_appearance",
     'letters = set("".join(names).lower().replace(" ", "_"))', 'text = "".join(names).lower().replace(" ", "_")',
     '(sorted(letters - {"."}))', '(dict.fromkeys(c for c in text if c != "."))',
     hint="The characters are in the order in which they came. Sort them: the same names in another order must give the same numbers.")


@mistake(replaces="CharVocab.__init__", hint="The dot belongs to the front, with the number 0; you sorted it in among the others.")
def dot_sorted_in(self, names, max_len=22):
    self.chars = "".join(sorted(set("".join(names).lower().replace(" ", "_")) | {"."}))
    self.max_len = max_len


@mistake(replaces="CharVocab.__init__", hint="The dot stands at the end of chars. It comes first: its number is 0.")
def dot_at_the_end(self, names, max_len=22):
    self.chars = "".join(sorted(set("".join(names).lower().replace(" ", "_")) - {"."})) + "."
    self.max_len = max_len


@mistake(replaces="CharVocab.__init__", hint="A dot in a name puts a second dot into chars. Take it out of the set before you sort.")
def dot_twice(self, names, max_len=22):
    self.chars = "." + "".join(sorted(set("".join(names).lower().replace(" ", "_"))))
    self.max_len = max_len


@mistake(replaces="CharVocab.__init__", hint="Your alphabet is fixed. The characters come from the names: fewer for some, others for others.")
def fixed_alphabet(self, names, max_len=22):
    self.chars = ".'_abcdefghijklmnopqrstuvwxyzçñ"
    self.max_len = max_len


@mistake(replaces="CharVocab.__init__", hint="Capitals are in your list of characters. Make the names small before you collect.")
def collects_capitals(self, names, max_len=22):
    self.chars = "." + "".join(sorted(set("".join(names).replace(" ", "_")) - {"."}))
    self.max_len = max_len


@mistake(replaces="CharVocab.__init__", hint="You drop the space instead of turning it into _.")
def drops_spaces_from_the_list(self, names, max_len=22):
    self.chars = "." + "".join(sorted(set("".join(names).lower()) - {".", " "}))
    self.max_len = max_len


@mistake(replaces="CharVocab.__init__", hint="Accents are taken off (NFKD), so ñ becomes n and é becomes e. Here they are letters of their own.")
def folds_accents(self, names, max_len=22):
    import unicodedata

    text = unicodedata.normalize("NFKD", "".join(names).lower().replace(" ", "_"))
    self.chars = "." + "".join(sorted({c for c in text if not unicodedata.combining(c)} - {"."}))
    self.max_len = max_len


@mistake(replaces="CharVocab.__init__", hint="max_len is always 22 in your vocabulary. Keep what was given: self.max_len = max_len.")
def max_len_fixed(self, names, max_len=22):
    self.chars = "." + "".join(sorted(set("".join(names).lower().replace(" ", "_")) - {"."}))
    self.max_len = 22


@mistake(replaces="CharVocab.__init__", hint='chars is a list. It should be one string: "".join(...).')
def chars_in_a_list(self, names, max_len=22):
    self.chars = ["."] + sorted(set("".join(names).lower().replace(" ", "_")) - {"."})
    self.max_len = max_len


@mistake(replaces="CharVocab.__init__", hint="The characters are kept in the class, so the next vocabulary overwrites those of all others. Use self.chars.")
def kept_in_the_class(self, names, max_len=22):
    type(self).chars = "." + "".join(sorted(set("".join(names).lower().replace(" ", "_")) - {"."}))
    self.max_len = max_len


edit("CharVocab.__len__", "length_without_the_dot", "return len(self.chars)", "return len(self.chars) - 1",
     hint="len(vocab) forgets the dot. It is a character with a number, so the embedding needs a row for it.")


# ================================================================ char_vocab: encode

edit("CharVocab.encode", "no_dot_before", "return [0] +", "return",
     of="CharVocab__index", hint="The dot before the name is missing, so the row is one number short.")

edit("CharVocab.encode", "padded_on_the_left",
     "return [0] + ids + [0] * (self.max_len - len(ids))", "return [0] * (self.max_len + 1 - len(ids)) + ids",
     of="CharVocab__index", hint="The dots that fill up stand before the name. They belong behind it.")

edit("CharVocab.encode", "one_letter_short",
     "ids = [self.chars.index(c) for c in letters if c not in unknown][: self.max_len]",
     "ids = [0] + [self.chars.index(c) for c in letters if c not in unknown]",
     "return [0] + ids + [0] * (self.max_len - len(ids))", "return (ids + [0] * self.max_len)[: self.max_len]",
     of="CharVocab__index", hint="The row has max_len numbers in all. It should have max_len characters of the name and the dot before: max_len + 1.")

edit("CharVocab.encode", "long_names_not_cut", "[: self.max_len]", "",
     of="CharVocab__index", hint="Long names are not cut. Keep the first max_len characters.")

edit("CharVocab.encode", "encodes_as_written",
     '    letters = name.lower().replace(" ", "_")\n'
     "    unknown = [c for c in letters if c not in self.chars[1:]]",
     "    unknown = [c for c in name if c not in self.chars[1:]]",
     "index(c) for c in letters if c not", "index(c) for c in name if c not",
     of="CharVocab__index", hint="encode takes the name as it is. Capitals become small letters and spaces become _ here as well.")


@mistake(replaces="CharVocab.encode", hint="encode drops unknown characters in silence. Say so with warnings.warn, and say which.")
def drops_in_silence(self, name):
    letters = name.lower().replace(" ", "_")
    ids = [self.chars.index(c) for c in letters if c in self.chars[1:]][: self.max_len]
    return [0] + ids + [0] * (self.max_len - len(ids))


edit("CharVocab.encode", "warns_without_saying_which", 'f"left out {unknown}"', '"unknown characters were left out"',
     of="CharVocab__index", hint="The warning does not say which characters are left out. Put them into the sentence.")


@mistake(replaces="CharVocab.encode", hint="An unknown character stops encode with an error. It should be left out, with a warning.")
def stops_at_unknown_characters(self, name):
    number = {c: i for i, c in enumerate(self.chars) if c != "."}
    ids = [number[c] for c in name.lower().replace(" ", "_")][: self.max_len]
    return [0] + ids + [0] * (self.max_len - len(ids))


@mistake(replaces="CharVocab.encode", hint="Unknown characters become −1, what `find` gives for them. An embedding has no row −1: leave them out, with a warning.")
def unknown_is_minus_one(self, name):
    letters = name.lower().replace(" ", "_")
    ids = [self.chars.find(c) for c in letters][: self.max_len]
    return [0] + ids + [0] * (self.max_len - len(ids))


edit("CharVocab.encode", "cuts_before_leaving_out",
     "if c not in unknown][: self.max_len]", "[: self.max_len] if c not in unknown]",
     of="CharVocab__index", hint="A name with unknown characters is cut before these are left out, so it loses letters that would fit. First leave out, then cut.")

edit("CharVocab.encode", "encodes_to_a_tensor",
     "return [0] + ids + [0] * (self.max_len - len(ids))",
     "return torch.tensor([0] + ids + [0] * (self.max_len - len(ids)))",
     of="CharVocab__index", hint="encode gives a tensor. It should be a list of ints.")


# ================================================================ char_vocab: decode

edit("CharVocab.decode", "dots_stay_at_the_ends", ').strip(".")', ")",
     hint='decode leaves the dots at both ends. Take them off, strip(".") does it.')

edit("CharVocab.decode", "eats_dots_inside", ')] for i in ids).strip(".")', ")] for i in ids if int(i) != 0)",
     hint="decode removes every dot, those inside as well. Only the ends are stripped.")


@mistake(replaces="CharVocab.decode", hint="decode works on lists only; going through a tensor gives tensors, which are no index. Use int(i).")
def decodes_lists_only(self, ids):
    number = {i: c for i, c in enumerate(self.chars)}
    return "".join(number[i] for i in ids).strip(".")


# ================================================================ char_vocab: NamesDataset

edit("NamesDataset.__getitem__", "ids_in_a_list",
     "torch.tensor(self.vocab.encode(self.names[index]))", "self.vocab.encode(self.names[index])",
     hint="The ids are a list. A DataLoader makes batches of tensors: torch.tensor(…).")

edit("NamesDataset.__getitem__", "ids_as_floats",
     "torch.tensor(self.vocab.encode(self.names[index]))", "torch.tensor(self.vocab.encode(self.names[index])).float()",
     hint="The ids are floats. They are numbers of rows, int64: leave the dtype that torch.tensor gives them.")

edit("NamesDataset.__getitem__", "the_name_itself",
     "torch.tensor(self.vocab.encode(self.names[index]))", "self.names[index]",
     hint="Your items hold the name. The network reads numbers: vocab.encode(name), in a tensor.")

edit("NamesDataset.__getitem__", "label_first",
     "return torch.tensor(self.vocab.encode(self.names[index])), self.label",
     "return self.label, torch.tensor(self.vocab.encode(self.names[index]))",
     hint="The label comes first in your pair. It is (ids, label).")

edit("NamesDataset.__getitem__", "label_in_a_tensor", ", self.label", ", torch.tensor([self.label])",
     hint="The label is a tensor of shape (1,), so a batch of labels has an axis too many. Give the int.")

edit("NamesDataset.__getitem__", "no_label", "torch.tensor(self.vocab.encode(self.names[index])), self.label",
     "torch.tensor(self.vocab.encode(self.names[index]))",
     hint="The label is missing: an item is a pair (ids, label).")

edit("NamesDataset.__getitem__", "begins_again_behind_the_end", "self.names[index]", "self.names[index % len(self.names)]",
     hint="Behind the last name yours begins again with the first. Raise IndexError there, or a for loop never ends.")

edit("NamesDataset.__len__", "a_name_too_few", "return len(self.names)", "return len(self.names) - 1",
     hint="The length is one too small: the last name is never asked for.")
