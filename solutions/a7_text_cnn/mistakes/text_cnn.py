"""Known mistakes of the exercise `text_cnn`. Of two that look alike the first is named: narrower ones stand first."""

import torch.nn.functional as F
from torch import nn

from autograder.judge import edit, mistake


edit("TextCNN", "pool_of_the_notes",
     "        self.embedding, self.conv = nn.Embedding(vocab_size, embedding_dim), nn.Conv1d(embedding_dim, conv_width, context)",
     "        self.context = context\n"
     "        self.embedding, self.conv = nn.Embedding(vocab_size, embedding_dim), nn.Conv1d(embedding_dim, conv_width, context)",
     "        return self.fc(self.conv(self.embedding(x).transpose(1, 2)).relu().amax(2))",
     "        found = self.conv(self.embedding(x).transpose(1, 2)).relu()\n"
     "        return self.fc(F.max_pool1d(found, 22 - self.context + 1).flatten(1))",
     of="TextCNN__dense_part_in_a_row", hint="The pooling covers 22 − context + 1 places of rows with 22 characters, but a row has a dot more: the last window is never looked at. Take the maximum over all there is.")

edit("TextCNN", "last_window_left_out",
     "        return self.fc(self.conv(self.embedding(x).transpose(1, 2)).relu().amax(2))",
     "        found = self.conv(self.embedding(x).transpose(1, 2)).relu()\n"
     "        return self.fc(found[:, :, : max(1, found.shape[2] - 1)].amax(2))",
     of="TextCNN__dense_part_in_a_row", hint="The last window is left out of the maximum. There are L − context + 1 of them, and all count.")

edit("TextCNN", "length_23_built_in",
     "        self.fc = nn.Sequential(nn.Linear(conv_width, fc_width), nn.ReLU(), nn.Dropout(p), nn.Linear(fc_width, 2))",
     "        self.pool = nn.MaxPool1d(23 - context + 1)\n"
     "        self.fc = nn.Sequential(nn.Linear(conv_width, fc_width), nn.ReLU(), nn.Dropout(p), nn.Linear(fc_width, 2))",
     "return self.fc(self.conv(self.embedding(x).transpose(1, 2)).relu().amax(2))",
     "return self.fc(self.pool(self.conv(self.embedding(x).transpose(1, 2)).relu()).flatten(1))",
     of="TextCNN__dense_part_in_a_row", hint="The length 23 is built in (the pooling covers 23 − context + 1 places). Take the maximum over all places, whatever L is.")

edit("TextCNN", "mean_over_time",
     "self.embedding, self.conv = nn.Embedding(vocab_size, embedding_dim), nn.Conv1d(embedding_dim, conv_width, context)",
     "self.embedding, self.conv = (\n"
     "            nn.Embedding(vocab_size, embedding_dim),\n"
     "            nn.Conv1d(embedding_dim, conv_width, context),\n"
     "        )",
     "amax", "mean",
     of="TextCNN__dense_part_in_a_row", hint="You take the mean over time. A long row of dots then waters every n-gram down; take the maximum.")

edit("TextCNN", "last_place_only",
     "self.embedding, self.conv = nn.Embedding(vocab_size, embedding_dim), nn.Conv1d(embedding_dim, conv_width, context)",
     "self.embedding, self.conv = (\n"
     "            nn.Embedding(vocab_size, embedding_dim),\n"
     "            nn.Conv1d(embedding_dim, conv_width, context),\n"
     "        )",
     ")).relu().amax(2))", ")).relu()[:, :, -1])",
     of="TextCNN__dense_part_in_a_row", hint="Only the last place is kept. Take the largest answer over all places.")

edit("TextCNN", "maximum_over_detectors",
     "self.embedding, self.conv = nn.Embedding(vocab_size, embedding_dim), nn.Conv1d(embedding_dim, conv_width, context)",
     "self.embedding, self.conv = (\n"
     "            nn.Embedding(vocab_size, embedding_dim),\n"
     "            nn.Conv1d(embedding_dim, conv_width, context),\n"
     "        )",
     "amax(2)", "amax(1)",
     of="TextCNN__dense_part_in_a_row", hint="The maximum is taken over the detectors (dim 1). Take it over the places, the last axis.")

edit("TextCNN", "softmax_at_the_end",
     "self.embedding, self.conv = nn.Embedding(vocab_size, embedding_dim), nn.Conv1d(embedding_dim, conv_width, context)",
     "self.embedding, self.conv = (\n"
     "            nn.Embedding(vocab_size, embedding_dim),\n"
     "            nn.Conv1d(embedding_dim, conv_width, context),\n"
     "        )",
     ")).relu().amax(2))", ")).relu().amax(2)).softmax(1)",
     of="TextCNN__dense_part_in_a_row", hint="There is a softmax at the end. cross_entropy takes it itself; return the logits.")

edit("TextCNN", "no_relu_on_the_answers",
     "self.embedding, self.conv = nn.Embedding(vocab_size, embedding_dim), nn.Conv1d(embedding_dim, conv_width, context)",
     "self.embedding, self.conv = (\n"
     "            nn.Embedding(vocab_size, embedding_dim),\n"
     "            nn.Conv1d(embedding_dim, conv_width, context),\n"
     "        )",
     ").relu().", ").",
     of="TextCNN__dense_part_in_a_row", hint="The ReLU behind the convolution is missing, so negative answers go on.")

edit("TextCNN", "no_relu_between_dense_layers",
     "self.embedding, self.conv = nn.Embedding(vocab_size, embedding_dim), nn.Conv1d(embedding_dim, conv_width, context)",
     "self.embedding, self.conv = (\n"
     "            nn.Embedding(vocab_size, embedding_dim),\n"
     "            nn.Conv1d(embedding_dim, conv_width, context),\n"
     "        )",
     "nn.ReLU(), nn.", "nn.",
     of="TextCNN__dense_part_in_a_row", hint="The ReLU between the two dense layers is missing: without it they are one linear layer.")

edit("TextCNN", "letters_reshaped",
     "        return self.fc(self.conv(self.embedding(x).transpose(1, 2)).relu().amax(2))",
     "        letters = self.embedding(x)\n"
     "        return self.fc(self.conv(letters.reshape(len(x), letters.shape[2], -1)).relu().amax(2))",
     of="TextCNN__dense_part_in_a_row", hint="reshape(B, E, L) mixes the numbers of different letters. Swap the axes with transpose(1, 2).")

edit("TextCNN", "flat_row_with_stride_1",
     "        self.embedding, self.conv = nn.Embedding(vocab_size, embedding_dim), nn.Conv1d(embedding_dim, conv_width, context)",
     "        self.embedding = nn.Embedding(vocab_size, embedding_dim)\n"
     "        self.conv = nn.Conv1d(1, conv_width, context * embedding_dim)",
     "transpose(1, 2)", "reshape(len(x), 1, -1)",
     of="TextCNN__dense_part_in_a_row", hint="On the flat row the convolution moves by one number. Its stride must be embedding_dim, one letter.")

edit("TextCNN", "convolution_with_padding",
     "        self.embedding, self.conv = nn.Embedding(vocab_size, embedding_dim), nn.Conv1d(embedding_dim, conv_width, context)",
     "        self.embedding = nn.Embedding(vocab_size, embedding_dim)\n"
     "        self.conv = nn.Conv1d(embedding_dim, conv_width, context, padding=context // 2)",
     of="TextCNN__dense_part_in_a_row", hint="The convolution pads with zeros, so windows hang over both ends. No padding here.")

edit("TextCNN", "context_always_3",
     "Conv1d(embedding_dim, conv_width, context)", "Conv1d(embedding_dim, conv_width, 3)",
     of="TextCNN__dense_part_in_a_row", hint="The detectors always see 3 letters. How many it is says `context`.")

edit("TextCNN", "sizes_built_in",
     "Embedding(vocab_size, embedding_dim), nn.Conv1d(embedding_dim,", "Embedding(31, 10), nn.Conv1d(10,",
     of="TextCNN__dense_part_in_a_row", hint="Sizes are built in: 31 characters, embeddings of 10. Use the arguments.")

edit("TextCNN", "no_maximum_at_all",
     "        self.fc = nn.Sequential(nn.Linear(conv_width, fc_width), nn.ReLU(), nn.Dropout(p), nn.Linear(fc_width, 2))",
     "        size = conv_width * (23 - context + 1)\n"
     "        self.fc = nn.Sequential(nn.Linear(size, fc_width), nn.ReLU(), nn.Dropout(p), nn.Linear(fc_width, 2))",
     "amax(2)", "flatten(1)",
     of="TextCNN__dense_part_in_a_row", hint="All answers of all places go into the dense layer. First keep the largest of each detector, then conv_width numbers are left.")

edit("TextCNN", "dot_does_not_learn",
     "        self.embedding, self.conv = nn.Embedding(vocab_size, embedding_dim), nn.Conv1d(embedding_dim, conv_width, context)",
     "        self.embedding = nn.Embedding(vocab_size, embedding_dim, padding_idx=0)\n"
     "        self.conv = nn.Conv1d(embedding_dim, conv_width, context)",
     of="TextCNN__dense_part_in_a_row", hint="The row of the dot is frozen at 0 by padding_idx. The dot says where a name begins and ends: let it learn.")


@mistake(replaces="TextCNN", hint="Letters are one-hot vectors here. They are learned rows of an nn.Embedding.")
class one_hot_letters(nn.Module):
    def __init__(self, vocab_size=31, context=3, embedding_dim=10, conv_width=64, fc_width=256, p=0.5):
        super().__init__()
        self.vocab_size = vocab_size
        self.conv = nn.Conv1d(vocab_size, conv_width, context)
        self.fc = nn.Sequential(nn.Linear(conv_width, fc_width), nn.ReLU(), nn.Dropout(p), nn.Linear(fc_width, 2))

    def forward(self, x):
        letters = F.one_hot(x, self.vocab_size).to(self.conv.weight.dtype)
        return self.fc(self.conv(letters.transpose(1, 2)).relu().amax(2))


edit("TextCNN", "squeezes_one_name",
     "        return self.fc(self.conv(self.embedding(x).transpose(1, 2)).relu().amax(2))",
     "        found = self.conv(self.embedding(x).transpose(1, 2)).relu()\n"
     "        return self.fc(F.adaptive_max_pool1d(found, 1).squeeze())",
     of="TextCNN__dense_part_in_a_row", hint="A squeeze takes the batch axis away when there is one name only. Name the axis, squeeze(2), or use amax.")


@mistake(replaces="TextCNN", hint="Dropout works in eval mode as well. nn.Dropout, or F.dropout with training=self.training, switches it off.")
class dropout_always_on(nn.Module):
    def __init__(self, vocab_size=31, context=3, embedding_dim=10, conv_width=64, fc_width=256, p=0.5):
        super().__init__()
        self.p = p
        self.embedding, self.conv = (
            nn.Embedding(vocab_size, embedding_dim),
            nn.Conv1d(embedding_dim, conv_width, context),
        )
        self.hidden, self.out = nn.Linear(conv_width, fc_width), nn.Linear(fc_width, 2)

    def forward(self, x):
        found = self.conv(self.embedding(x).transpose(1, 2)).relu().amax(2)
        return self.out(F.dropout(self.hidden(found).relu(), self.p))


edit("TextCNN", "dropout_forgotten",
     "self.embedding, self.conv = nn.Embedding(vocab_size, embedding_dim), nn.Conv1d(embedding_dim, conv_width, context)",
     "self.embedding, self.conv = (\n"
     "            nn.Embedding(vocab_size, embedding_dim),\n"
     "            nn.Conv1d(embedding_dim, conv_width, context),\n"
     "        )",
     "nn.Dropout(p), nn.", "nn.",
     of="TextCNN__dense_part_in_a_row", hint="There is no dropout. It stands before the last layer.")

edit("TextCNN", "dropout_too_early",
     "self.fc = nn.Sequential(nn.Linear(conv_width, fc_width), nn.ReLU(), nn.Dropout(p), nn.Linear(fc_width, 2))",
     "self.fc = nn.Sequential(nn.Dropout(p), nn.Linear(conv_width, fc_width), nn.ReLU(), nn.Linear(fc_width, 2))",
     of="TextCNN__dense_part_in_a_row", hint="Dropout stands before the first dense layer. It belongs behind its ReLU, before the last layer.")

edit("TextCNN", "layer_not_called",
     "        return self.fc(self.conv(self.embedding(x).transpose(1, 2)).relu().amax(2))",
     "        letters = self.embedding(x).transpose(1, 2)\n"
     "        return self.fc(F.conv1d(letters, self.conv.weight, self.conv.bias).relu().amax(2))",
     of="TextCNN__dense_part_in_a_row", hint="F.conv1d is called with the layer's weight, so no hook hears the layer. Call the layer itself: self.conv(...).")
