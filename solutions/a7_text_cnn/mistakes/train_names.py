"""Known mistakes of the exercise `train_names`. Of two that look alike the first is named: narrower ones stand first."""

from autograder.judge import edit

edit("train_names", "no_shuffle", "randperm", "arange",
     of="train_names__train_at_once", hint="The rows are never shuffled: first all men, then all women, and the network remembers the latest. Draw a new order in every epoch.")

edit("train_names", "shuffles_once",
     "optimizer, losses = torch.optim.Adam(model.parameters(), lr=lr), []",
     "optimizer, losses, order = torch.optim.Adam(model.parameters(), lr=lr), [], torch.randperm(len(rows))",
     "torch.randperm(len(rows))", "order",
     of="train_names__train_at_once", hint="The rows are shuffled once, and every epoch has the same order. Draw a new one in each.")

edit("train_names", "shuffles_batches_only",
     "optimizer, losses = torch.optim.Adam(model.parameters(), lr=lr), []",
     "optimizer, losses, batches = (\n"
     "        torch.optim.Adam(model.parameters(), lr=lr),\n"
     "        [],\n"
     "        torch.arange(len(rows)).split(batch_size),\n"
     "    )",
     "        for places in torch.randperm(len(rows)).split(batch_size):",
     "        for which in torch.randperm(len(batches) - 1).tolist() + [len(batches) - 1]:\n"
     "            places = batches[which]",
     of="train_names__train_at_once", hint="Only the order of the batches is shuffled; inside a batch the rows stay as they were, all men or all women.")

edit("train_names", "labels_not_shuffled",
     "        for places in torch.randperm(len(rows)).split(batch_size):",
     "        x = x[torch.randperm(len(rows))]\n"
     "        for places in torch.arange(len(rows)).split(batch_size):",
     of="train_names__train_at_once", below="names", hint="The names are shuffled but not their labels, so each name has somebody else's. Use the same order for both.")

edit("train_names", "no_zero_grad", "            optimizer.zero_grad()\n", "",
     of="train_names__train_at_once", below="names", hint="zero_grad is missing: backward adds to the gradients, and each step uses those of all batches so far.")

edit("train_names", "zero_grad_before_step",
     "            optimizer.zero_grad()",
     "            loss.backward()\n"
     "            optimizer.zero_grad()",
     "            loss.backward()\n", "",
     of="train_names__train_at_once", below="names", hint="zero_grad stands between backward and step: it clears the gradients before they are used, and nothing is learnt.")

edit("train_names", "softmax_before_the_loss", "model(x[places])", "model(x[places]).softmax(1)",
     of="train_names__train_at_once", hint="There is a softmax before cross_entropy, which takes one itself: the loss cannot fall below 0.31, and the slopes are flat.")

edit("train_names", "drops_the_last_batch",
     "= 0.0", ", order = 0.0, torch.randperm(len(rows))",
     "for places in torch.randperm(len(rows)).split(batch_size):",
     "for places in order[: len(rows) // batch_size * batch_size].split(batch_size):",
     "losses.append(total / len(rows))", "losses.append(total / max(1, len(rows) // batch_size * batch_size))",
     of="train_names__train_at_once", hint="The last, shorter batch is dropped. Its names count, too.")

edit("train_names", "batches_of_32", "split(batch_size)", "split(32)",
     of="train_names__train_at_once", hint="The batches always have 32 rows. How many it is says batch_size.")

edit("train_names", "learning_rate_forgotten", ", lr=lr", "",
     of="train_names__train_at_once", hint="Adam gets no learning rate, so it takes its own, 0.001. Give it lr=lr.")

edit("train_names", "sgd_instead_of_adam", "Adam", "SGD",
     of="train_names__train_at_once", below="names", hint="The steps are those of SGD. torch.optim.Adam is asked for.")

edit("train_names", "new_adam_each_epoch",
     "optimizer, losses = torch.optim.Adam(model.parameters(), lr=lr), []", "losses = []",
     "= 0.0", ", optimizer = 0.0, torch.optim.Adam(model.parameters(), lr=lr)",
     of="train_names__train_at_once", hint="A new Adam is made in every epoch, and forgets what it has gathered. Make it once.")

edit("train_names", "never_in_train_mode", ").train()", ")",
     of="train_names__train_at_once", hint="The network stays in the mode in which it was made. Call model.train() before you train: else there is no dropout.")

edit("train_names", "comes_back_in_train_mode", "model.eval()", "model",
     of="train_names__train_at_once", hint="The network comes back in train mode, so it would answer with dropout. Call model.eval() at the end.")

edit("train_names", "mean_of_means",
     "total = 0.0", "means = []",
     "total += loss.item() * len(places)", "means.append(loss.item())",
     "losses.append(total / len(rows))", "losses.append(sum(means) / len(means))",
     of="train_names__train_at_once", hint="The loss of an epoch is the mean of the batches' means, so names in the short last batch weigh more. Weigh each batch by its length.")

edit("train_names", "seed_not_used", "    torch.manual_seed(seed)\n", "",
     of="train_names__train_at_once", hint="The seed is not used: each call gives another network. torch.manual_seed(seed) comes first.")

edit("train_names", "returns_another_vocabulary",
     ", vocab", ", make_vocab([name for name, _ in rows[: len(rows) // 2]])",
     of="train_names__train_at_once", hint="The vocabulary that comes back is a new one, made after the training. Give back the one you trained with.")

edit("train_names", "vocabulary_of_all_names",
     "[name for name, _ in rows]", '[name for name, _ in rows] + ["abcdefghijklmnopqrstuvwxyz", "ñandú"]',
     of="train_names__train_at_once", hint="The vocabulary is made of other names than those of the rows: all names that the course has. Only the names to train with are known.")

edit("train_names", "network_for_31_characters", "len(vocab)", "31",
     of="train_names__train_at_once", hint="The network is made for 31 characters. It is len(vocab), whatever that is.")

edit("train_names", "puts_rows_aside",
     "    for _ in range(epochs):",
     "    kept = torch.randperm(len(rows))[: int(0.8 * len(rows))]\n"
     "    for _ in range(epochs):",
     "for places in torch.randperm(len(rows)).split(batch_size):",
     "for places in kept[torch.randperm(len(kept))].split(batch_size):",
     "losses.append(total / len(rows))", "losses.append(total / len(kept))",
     of="train_names__train_at_once", hint="Only some of the rows are used: a part is put aside. Splitting is done before; train on all rows you get.")
