"""Right solutions of the exercise `text_cnn`, written differently: none of them may lose a point. Named function__how."""

import torch
import torch.nn.functional as F
from torch import nn


class TextCNN__strided(nn.Module):
    def __init__(self, vocab_size=31, context=3, embedding_dim=10, conv_width=64, fc_width=256, p=0.5):
        super().__init__()
        self.C = nn.Embedding(num_embeddings=vocab_size, embedding_dim=embedding_dim)
        self.conv1 = nn.Conv1d(1, conv_width, kernel_size=context * embedding_dim, stride=embedding_dim)
        self.relu1 = nn.ReLU()
        self.pool_over_time = nn.AdaptiveMaxPool1d(1)
        self.fc = nn.Sequential(nn.Linear(conv_width, fc_width), nn.ReLU(), nn.Dropout(p), nn.Linear(fc_width, 2))

    def forward(self, x):
        B = x.shape[0]
        x = self.C(x).reshape(B, 1, -1)
        x = self.pool_over_time(self.relu1(self.conv1(x)))
        return self.fc(x.reshape(B, -1))


class TextCNN__maximum_first(nn.Module):
    def __init__(self, vocab_size=31, context=3, embedding_dim=10, conv_width=64, fc_width=256, p=0.5):
        super().__init__()
        self.p = p
        self.out = nn.Linear(fc_width, 2)
        self.hidden = nn.Linear(conv_width, fc_width)
        self.conv = nn.Conv1d(embedding_dim, conv_width, context)
        self.emb = nn.Embedding(vocab_size, embedding_dim)

    def forward(self, x):
        scores = self.conv(self.emb(x).permute(0, 2, 1))
        best, _ = scores.max(dim=-1)
        hidden = torch.relu(self.hidden(torch.relu(best)))
        return self.out(F.dropout(hidden, p=self.p, training=self.training))


class TextCNN__pooled(nn.Module):
    def __init__(self, vocab_size=31, context=3, embedding_dim=10, conv_width=64, fc_width=256, p=0.5):
        nn.Module.__init__(self)
        self.features = nn.ModuleDict(
            {"embed": nn.Embedding(vocab_size, embedding_dim), "grams": nn.Conv1d(embedding_dim, conv_width, context)}
        )
        self.dense = nn.ModuleList([nn.Linear(conv_width, fc_width), nn.Linear(fc_width, 2)])
        self.drop = nn.Dropout(p)

    def forward(self, x):
        x = self.features["grams"](self.features["embed"](x).mT).clamp(min=0)
        x = F.max_pool1d(x, kernel_size=x.shape[2]).squeeze(2)
        return self.dense[1](self.drop(self.dense[0](x).clamp(min=0)))


class TextCNN__dense_part_in_a_row(nn.Module):
    def __init__(self, vocab_size=31, context=3, embedding_dim=10, conv_width=64, fc_width=256, p=0.5):
        super().__init__()
        self.embedding, self.conv = nn.Embedding(vocab_size, embedding_dim), nn.Conv1d(embedding_dim, conv_width, context)
        self.fc = nn.Sequential(nn.Linear(conv_width, fc_width), nn.ReLU(), nn.Dropout(p), nn.Linear(fc_width, 2))

    def forward(self, x):
        return self.fc(self.conv(self.embedding(x).transpose(1, 2)).relu().amax(2))


class TextCNN__own_classes(nn.Module):
    class Detectors(nn.Conv1d):
        def forward(self, letters):
            return super().forward(letters.transpose(1, 2))

    def __init__(self, vocab_size=31, context=3, embedding_dim=10, conv_width=64, fc_width=256, p=0.5):
        super().__init__()
        self.net = nn.Sequential(
            nn.Embedding(vocab_size, embedding_dim), self.Detectors(embedding_dim, conv_width, context),
            nn.ReLU(inplace=True), nn.AdaptiveMaxPool1d(1), nn.Flatten(),
            nn.Linear(conv_width, fc_width), nn.ReLU(inplace=True), nn.Dropout(p, inplace=True), nn.Linear(fc_width, 2),
        )  # fmt: skip

    def forward(self, x):
        return self.net(x)


class TextCNN__running_maximum(nn.Module):
    def __init__(self, vocab_size=31, context=3, embedding_dim=10, conv_width=64, fc_width=256, p=0.5):
        super().__init__()
        self.table, self.slide = nn.Embedding(vocab_size, embedding_dim), nn.Conv1d(embedding_dim, conv_width, context)
        self.dense1, self.drop, self.dense2 = nn.Linear(conv_width, fc_width), nn.Dropout(p), nn.Linear(fc_width, 2)

    def forward(self, x):
        answers = self.slide(torch.einsum("ble->bel", self.table(x)))
        best = answers.new_zeros(answers.shape[:2])
        for answer in answers.unbind(2):
            best = torch.maximum(best, answer)
        return self.dense2(self.drop(self.dense1(best).relu()))
