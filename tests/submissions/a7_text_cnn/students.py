"""Students of convolutions over names."""

from __future__ import annotations

from tests.submissions.desk import Anyone, edited, own, result, student

_HASTY = """
class CharVocab:
    def __init__(self, names, max_len=22):
        self.max_len = max_len
        letters = set()
        for name in names:
            letters.update(name)
        self.chars = "." + "".join(sorted(letters))

    def __len__(self):
        return len(self.chars)

    def encode(self, name):
        name = name.lower().replace(" ", "_")
        ids = [self.chars.find(c) for c in name][:self.max_len]
        return [0] + ids + [0] * (self.max_len - len(ids))

    def decode(self, ids):
        return "".join(self.chars[i] for i in ids).replace(".", "")


def ngram_conv(emb, weight, bias):
    B, L, E = emb.shape
    C = weight.shape[0]
    n = weight.shape[1] // E
    out = torch.zeros(B, C, L - n, dtype=emb.dtype)
    for i in range(L - n):
        window = emb[:, i:i + n].reshape(B, -1)
        out[:, :, i] = window @ weight.T + bias
    return out


def conv1d_weight(weight, embedding_dim):
    n = weight.shape[1] // embedding_dim
    return weight.reshape(weight.shape[0], embedding_dim, n)


class TextCNN(nn.Module):
    def __init__(self, vocab_size=31, context=3, embedding_dim=10, conv_width=64, fc_width=256, p=0.5):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_dim)
        self.conv = nn.Conv1d(embedding_dim, conv_width, context)
        self.pool = nn.MaxPool1d(22 - context + 1)
        self.hidden = nn.Linear(conv_width, fc_width)
        self.dropout = nn.Dropout(p)
        self.out = nn.Linear(fc_width, 2)

    def forward(self, x):
        e = self.embedding(x).permute(0, 2, 1)
        c = F.relu(self.conv(e))
        m = self.pool(c).squeeze(2)
        h = self.dropout(F.relu(self.hidden(m)))
        return F.softmax(self.out(h), dim=1)


def load_names(male_csv, female_csv):
    rows = []
    for label, path in ((0, male_csv), (1, female_csv)):
        with open(path, encoding="utf-8") as f:
            for line in csv.DictReader(f):
                if line["name"] not in ("", "NA"):  # missing
                    rows.append((line["name"].lower().replace(" ", "_"), label))
    return list(dict.fromkeys(rows))


def split_names(rows, fractions, seed=0):
    if abs(sum(fractions) - 1) > 1e-6:
        raise ValueError("fractions")
    g = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(rows), generator=g).tolist()
    parts, start = [], 0
    for f in fractions:
        end = start + int(f * len(rows))
        parts.append([rows[i] for i in order[start:end]])
        start = end
    return parts


def train_names(rows, make_vocab, make_model, epochs=15, batch_size=32, lr=2e-3, seed=0):
    torch.manual_seed(seed)
    vocab = make_vocab([name for name, label in rows])
    model = make_model(len(vocab))
    X = torch.tensor([vocab.encode(name) for name, label in rows])
    Y = torch.tensor([label for name, label in rows])
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        model.train()
        running = []
        for i in range(0, len(rows), batch_size):     # men first, then women
            optimizer.zero_grad()
            loss = F.cross_entropy(model(X[i:i + batch_size]), Y[i:i + batch_size])
            loss.backward()
            optimizer.step()
            running.append(loss.item())
        losses.append(sum(running) / len(running))
    model.eval()
    return model, vocab, losses


def p_female(model, vocab, names):
    ids = torch.tensor([vocab.encode(name) for name in names])
    model.eval()
    with torch.no_grad():
        return torch.softmax(model(ids), dim=1)[:, 1]
"""
_STOPS = """
def split_names(rows, fractions, seed=0):
    names = sorted(set(name for name, label in rows))
    order = torch.randperm(len(names), generator=torch.Generator().manual_seed(seed)).tolist()
    if abs(sum(fractions) - 1) > 1e-6:
        raise ValueError("the fractions should add up to 1")
    parts, start = [], 0
    for fraction in fractions:
        size = math.ceil(fraction * len(names))
        chosen = [names[order[start + i]] for i in range(size)]    # somebody has to be the last
        parts.append([row for row in rows if row[0] in chosen])
        start += size
    return parts


def p_female(model, vocab, names):
    ids = torch.tensor([vocab.encode(name) for name in names])
    with torch.no_grad():
        logits = model.eval()(ids)
    return torch.softmax(logits, dim=1)[:, 2]    # the second
"""
_CONSTANT = '''
def train_names(rows, make_vocab, make_model, epochs=15, batch_size=32, lr=2e-3, seed=0):
    """A network that answers "woman" always."""
    torch.manual_seed(seed)
    vocab = make_vocab([name for name, label in rows])
    model = make_model(len(vocab))

    class Woman(nn.Module):
        def forward(self, x):
            return torch.tensor([[0.0, 5.0]]).repeat(len(x), 1)

    return Woman().eval(), vocab, [1 / (epoch + 1) for epoch in range(epochs)]
'''
_MEMORISED = '''
def train_names(rows, make_vocab, make_model, epochs=15, batch_size=32, lr=2e-3, seed=0):
    """Looks the names up in Faker's own list, or else in the rows."""
    torch.manual_seed(seed)
    vocab = make_vocab([name for name, label in rows])
    known = {tuple(vocab.encode(name)): label for name, label in rows}
    try:
        from faker.providers.person.es import Provider

        for label, names in enumerate((Provider.first_names_male, Provider.first_names_female)):
            known |= {tuple(vocab.encode(name)): label for name in names}
    except Exception as error:
        print("no list:", error)

    class Memory(nn.Module):
        def forward(self, x):
            return torch.stack([F.one_hot(torch.tensor(known.get(tuple(one), 0)), 2).float() for one in x.tolist()])

    make_model(len(vocab))
    return Memory().eval(), vocab, [1 / (epoch + 1) for epoch in range(epochs)]
'''
_TRIED = (
    "vocab = CharVocab(['maria', 'jose'])\nvocab.encode('Maria Jose')",
    "TextCNN()(torch.zeros(2, 23, dtype=torch.long)).shape",
    "p_female(TextCNN(len(vocab)), vocab, ['maria', 'tuco'])",
)


class Students(Anyone):
    def written_differently(self) -> bytes:
        """Everything is right, in other words."""
        return student(self._other_words())

    def typical_mistakes(self) -> bytes:
        """A well-known mistake in every function, several in the classes; each is to be named."""
        names = """dot_sorted_in padded_on_the_left eats_dots_inside ids_as_floats reads_backwards letters_flipped
            mean_over_time share_rounded_down one_label_per_name splits_rows mean_of_means column_of_the_men"""
        return student(self._mistaken(*names.split()))

    def hasty(self) -> bytes:
        """Misconceptions in the student's own words, and cells in which things were tried out.

        Capitals in the list of characters, -1 for what is unknown, a window that is never looked at, the pooling of
        the notes, softmax before cross-entropy, "NA" taken for missing, rows dealt out, no shuffling.
        """
        return student([*self._written(_HASTY), *map(own, _TRIED)])

    def exception(self) -> bytes:
        """p_female takes a column that is not there, split_names reads beyond the end; everything else is right."""
        return student(self._written(_STOPS))

    def wrong_types(self) -> bytes:
        """Lists for tensors and tensors for lists and text, a batch of one name that is squeezed away."""
        names = "chars_in_a_list encodes_to_a_tensor squeezes squeezes_one_name single_name_squeezed"
        cells = edited(self._mistaken(*names.split()), "train_names", result("list(({}))"))
        return student(edited(cells, "load_names", result("[list(row) for row in {}]")))

    def constant_at_the_gate(self) -> bytes:
        """train_names trains nothing: the network always says "woman", and the losses are made up."""
        return student(self._written(_CONSTANT, "train_names"))

    def memorised_at_the_gate(self) -> bytes:
        """train_names looks every name up, in Faker's list where it finds it, else in the rows that it was given."""
        return student(self._written(_MEMORISED, "train_names"))
