"""Known mistakes of the exercise `steps`. Of two that look alike the first is named: narrower ones stand first."""

import torch

from autograder.judge import edit, mistake


# ================================================================ steps: train_step

edit("Steps.train_step", "never_clears",
     "    self.optim.zero_grad()\n", "",
     "sum().item() / len(y)", "float().mean().item()",
     of="Steps__in_short", hint="Gradients add up from step to step: nobody clears them. self.optim.zero_grad() before backward.")

edit("Steps.train_step", "clears_before_the_step",
     "    self.optim.zero_grad()\n", "",
     "    self.optim.step()",
     "    self.optim.zero_grad()\n"
     "    self.optim.step()",
     of="Steps__in_short", hint="zero_grad stands between backward and step, so the step sees no gradient. Clear before backward.")

edit("Steps.train_step", "clears_after_the_step",
     "    self.optim.zero_grad()\n", "",
     '    return {"loss": loss.item(), "acc": (logits.argmax(1) == y).sum().item() / len(y)}',
     "    self.optim.zero_grad()\n"
     '    return {"loss": loss.item(), "acc": (logits.argmax(1) == y).sum().item() / len(y)}',
     of="Steps__in_short", hint="You clear after the step. What somebody has left in .grad before the first one then gets into it: clear before backward.")


@mistake(replaces="Steps.train_step", hint="The step comes before backward, so it uses the gradients of the batch before. backward first, then step.")
def steps_before_backward(self, batch):
    x, y = batch[0].to(self.device), batch[1].to(self.device)
    logits = self.model(x)
    loss = self.loss_fn(logits, y)
    self.optim.step()
    self.optim.zero_grad()
    loss.backward()
    return {"loss": loss.item(), "acc": (logits.argmax(1) == y).sum().item() / len(y)}


edit("Steps.train_step", "never_steps", "    self.optim.step()\n", "",
     of="Steps__in_short", hint="There is no optim.step(): gradients alone change nothing.")

edit("Steps.train_step", "softmax_before_the_loss", "loss_fn(logits, y)", "loss_fn(logits.softmax(1), y)",
     of="Steps__in_short", hint="You take a softmax before the loss. cross_entropy takes one itself: give it the logits.")

edit("Steps.train_step", "best_image_of_each_class",
     '    return {"loss": loss.item(), "acc": (logits.argmax(1) == y).sum().item() / len(y)}',
     "    best = logits.argmax(0)\n"
     "    hits = sum(int(a == b) for a, b in zip(best, y))\n"
     '    return {"loss": loss.item(), "acc": hits / len(y)}',
     of="Steps__in_short", hint="argmax(dim=0) finds the best image of each class. The best class of each image is along dim 1.")

edit("Steps.train_step", "returns_tensors",
     'return {"loss": loss.item(), "acc": (logits.argmax(1) == y).sum().item() / len(y)}',
     'return {"loss": loss.detach(), "acc": (logits.argmax(1) == y).double().mean()}',
     of="Steps__in_short", hint="loss and acc are tensors, and the loss holds its whole graph. .item() gives plain floats.")


@mistake(replaces="Steps.train_step", hint="The model is called a second time after the step, for loss and accuracy. Take those of the first call: they cost nothing, and belong to the weights that were used.")
def measures_after_the_step(self, batch):
    x, y = batch[0].to(self.device), batch[1].to(self.device)
    self.optim.zero_grad()
    self.loss_fn(self.model(x), y).backward()
    self.optim.step()
    with torch.no_grad():
        logits = self.model(x)
        loss = self.loss_fn(logits, y)
    return {"loss": loss.item(), "acc": (logits.argmax(1) == y).sum().item() / len(y)}


@mistake(replaces="Steps.train_step", hint="The model is called twice, once for the loss and once for the accuracy. One forward pass gives both.")
def two_forward_passes(self, batch):
    x, y = batch[0].to(self.device), batch[1].to(self.device)
    right = (self.model(x).argmax(1) == y).sum().item()
    self.optim.zero_grad()
    loss = self.loss_fn(self.model(x), y)
    loss.backward()
    self.optim.step()
    return {"loss": loss.item(), "acc": right / len(y)}


edit("Steps.train_step", "batch_stays_where_it_is",
     "x, y = batch[0].to(self.device), batch[1].to(self.device)", "x, y = batch",
     of="Steps__in_short", hint="The batch is not moved to self.device: x.to(self.device), and y as well.")

edit("Steps.__init__", "device_is_not_kept", "self.device = device", "self.device = None",
     hint="The device is not kept, so the model moves there and the batches stay where they are. Keep it: self.device = device.")

edit("Steps.__init__", "model_is_not_moved",
     "\n"
     "    if device is not None:\n"
     "        self.model.to(device)",
     "",
     of="Steps__clears_before_backward", hint="The model is not moved to the device: model.to(device), when a device is given.")


@mistake(replaces="Steps.__init__", hint="The device that is given is not used; the machine's own is taken. Use the argument.")
def takes_its_own_device(self, model, optim, loss_fn, device=None):
    self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    self.model, self.optim, self.loss_fn = model.to(self.device), optim, loss_fn


# ================================================================ steps: valid_step, evaluate

edit("Steps.valid_step", "asks_for_a_sum",
     "loss_fn(logits, y)", 'loss_fn(logits, y, reduction="sum")',
     "item() * len(y)", "item()",
     of="Steps__in_short", hint='reduction="sum" works for the function F.cross_entropy only. Take the mean and multiply by the number of images.')

edit("Steps.valid_step", "mean_instead_of_sum", "item() * len(y)", "item()",
     of="Steps__in_short", hint="loss_sum is the mean of the batch. Multiply by the number of images: sums can be added, means cannot.")

edit("Steps.valid_step", "measures_with_a_graph",
     "    with torch.no_grad():\n"
     "        logits = self.model(x)\n"
     "        loss = self.loss_fn(logits, y)",
     "    logits = self.model(x)\n"
     "    loss = self.loss_fn(logits, y)",
     of="Steps__in_short", hint="valid_step builds a graph that nobody needs: with torch.no_grad().")

edit("Steps.valid_step", "best_image_in_validation",
     "x, y = (part.to(self.device) for part in batch)", "x, y = batch[0].to(self.device), batch[1].to(self.device)",
     "    right = (logits.argmax(dim=1) == y).sum().item()",
     "    best = logits.argmax(0)\n"
     "    right = sum(int(a == b) for a, b in zip(best, y))",
     hint="argmax(dim=0) in valid_step finds the best image of each class. The best class of each image is along dim 1.")

edit("Steps.valid_step", "sums_in_tensors",
     'return {"loss_sum": loss.item() * len(y), "correct": (logits.argmax(1) == y).sum().item(), "count": len(y)}',
     'return {"loss_sum": loss * len(y), "correct": (logits.argmax(1) == y).sum(), "count": len(y)}',
     of="Steps__in_short", hint="loss_sum and correct are tensors. Return plain numbers: .item().")

edit("Steps.evaluate", "mean_of_batch_means",
     'count = sum(result["count"] for result in found)',
     'loss = sum(result["loss_sum"] / result["count"] for result in found) / len(found)',
     'return {"loss": sum(result["loss_sum"] for result in found) / count, "acc": sum(result["correct"] for result in found) / count}',
     'return {"loss": loss, "acc": sum(result["correct"] / result["count"] for result in found) / len(found)}',
     of="Steps__in_short", hint="That is the mean of the means of batches: the images of a small last batch count too much. Add up sums, divide once.")

edit("Steps.evaluate", "batches_times_size",
     'count = sum(result["count"] for result in found)', 'count = len(found) * found[0]["count"]',
     of="Steps__in_short", hint="You divide by number of batches times size of the first batch. The last one may be smaller: count the images.")

edit("Steps.evaluate", "needs_a_dataset", 'count = sum(result["count"] for result in found)', "count = len(loader.dataset)",
     of="Steps__in_short", hint="evaluate needs loader.dataset, which a list of batches does not have. Count the images as they come.")

edit("Steps.evaluate", "never_resets_its_totals",
     'total = {"loss_sum": 0.0, "correct": 0, "count": 0}',
     'total = vars(self).setdefault("total", {"loss_sum": 0.0, "correct": 0, "count": 0})',
     hint="The sums of the last evaluate are still in it. Begin every call with sums of 0.")

edit("Steps.evaluate", "evaluates_in_train_mode",
     "    was = self.model.training\n"
     "    self.model.eval()\n",
     "",
     "    self.model.train(was)\n", "",
     of="Steps__in_short", hint="evaluate measures in train mode: Dropout drops, batch norm mixes. model.eval() first.")

edit("Steps.evaluate", "stays_in_eval_mode", "    was = self.model.training\n", "", "    self.model.train(was)\n", "",
     of="Steps__in_short", hint="evaluate leaves the model in eval mode: the next epoch trains without Dropout. Switch back to what it was.")

edit("Steps.evaluate", "trains_after_evaluate", "    was = self.model.training\n", "", "train(was)", "train()",
     of="Steps__in_short", hint="evaluate ends with model.train(), whatever was before. A model in eval mode should stay so.")
