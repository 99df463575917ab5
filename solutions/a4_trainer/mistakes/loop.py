"""Known mistakes of the exercise `loop`. Of two that look alike the first is named: narrower ones stand first."""

import matplotlib.pyplot as plt

from autograder.judge import edit, mistake


# ================================================================ loop: Loop.__init__


@mistake(replaces="Loop.__init__", hint="callbacks=[] as a default is made once and shared by all loops. Take () and make a list of your own.")
def shares_the_default_list(self, steps, scheduler=None, callbacks=[], verbose=False):
    self.steps, self.scheduler, self.callbacks, self.verbose = steps, scheduler, callbacks, verbose
    self.train_log = {"loss": [], "acc": [], "loss_avg": [], "acc_avg": []}
    self.valid_log = {"loss": [], "acc": []}


# ================================================================ loop: Loop.run


@mistake(replaces="Loop.run", hint="scheduler.step() is called once an epoch. A one-cycle scheduler counts batches: call it after every train_step.")
def schedules_by_epoch(self, epochs, train_loader, valid_loader, window=None):
    window = window or max(1, len(train_loader) // 20)
    for _ in range(epochs):
        self.steps.model.train()
        for batch in train_loader:
            result = self.steps.train_step(batch)
            for name in ("loss", "acc"):
                log = self.train_log[name]
                log.append(result[name])
                self.train_log[f"{name}_avg"].append(sum(log[-window:]) / len(log[-window:]))
            for callback in self.callbacks:
                callback(self)
        if self.scheduler is not None:
            self.scheduler.step()
        result = self.steps.evaluate(valid_loader)
        for name in ("loss", "acc"):
            self.valid_log[name].append(result[name])


@mistake(replaces="Loop.run", hint="The scheduler steps before the optimizer does, so the first learning rate is never used. After train_step.")
def schedules_before_the_step(self, epochs, train_loader, valid_loader, window=None):
    window = window or max(1, len(train_loader) // 20)
    for epoch in range(epochs):
        self.steps.model.train()
        for batch in train_loader:
            if self.scheduler is not None:
                self.scheduler.step()
            result = self.steps.train_step(batch)
            for name in ("loss", "acc"):
                log = self.train_log[name]
                log.append(result[name])
                self.train_log[f"{name}_avg"].append(sum(log[-window:]) / len(log[-window:]))
            for callback in self.callbacks:
                callback(self)
        result = self.steps.evaluate(valid_loader)
        for name in ("loss", "acc"):
            self.valid_log[name].append(result[name])
        if self.verbose:
            loss, acc = self.train_log["loss_avg"][-1], self.train_log["acc_avg"][-1]
            head = f"[Epoch: {epoch + 1:0{len(str(epochs))}d}/{epochs}]    loss: {loss:.4f}  acc: {acc:.4f}"
            print(f"{head}    val_loss: {result['loss']:.4f}  val_acc: {result['acc']:.4f}")


@mistake(replaces="Loop.run", hint="The callbacks come after scheduler.step(): one that notes the learning rate then notes that of the next step.")
def callbacks_after_the_scheduler(self, epochs, train_loader, valid_loader, window=None):
    window = window or max(1, len(train_loader) // 20)
    for epoch in range(epochs):
        self.steps.model.train()
        for batch in train_loader:
            result = self.steps.train_step(batch)
            for name in ("loss", "acc"):
                log = self.train_log[name]
                log.append(result[name])
                self.train_log[f"{name}_avg"].append(sum(log[-window:]) / len(log[-window:]))
            if self.scheduler is not None:
                self.scheduler.step()
            for callback in self.callbacks:
                callback(self)
        result = self.steps.evaluate(valid_loader)
        for name in ("loss", "acc"):
            self.valid_log[name].append(result[name])
        if self.verbose:
            loss, acc = self.train_log["loss_avg"][-1], self.train_log["acc_avg"][-1]
            head = f"[Epoch: {epoch + 1:0{len(str(epochs))}d}/{epochs}]    loss: {loss:.4f}  acc: {acc:.4f}"
            print(f"{head}    val_loss: {result['loss']:.4f}  val_acc: {result['acc']:.4f}")


@mistake(replaces="Loop.run", hint="The callbacks are called before the result is in the log, so they see the step before. Log first.")
def callbacks_before_the_log(self, epochs, train_loader, valid_loader, window=None):
    window = window or max(1, len(train_loader) // 20)
    for epoch in range(epochs):
        self.steps.model.train()
        for batch in train_loader:
            result = self.steps.train_step(batch)
            for callback in self.callbacks:
                callback(self)
            for name in ("loss", "acc"):
                log = self.train_log[name]
                log.append(result[name])
                self.train_log[f"{name}_avg"].append(sum(log[-window:]) / len(log[-window:]))
            if self.scheduler is not None:
                self.scheduler.step()
        result = self.steps.evaluate(valid_loader)
        for name in ("loss", "acc"):
            self.valid_log[name].append(result[name])
        if self.verbose:
            loss, acc = self.train_log["loss_avg"][-1], self.train_log["acc_avg"][-1]
            head = f"[Epoch: {epoch + 1:0{len(str(epochs))}d}/{epochs}]    loss: {loss:.4f}  acc: {acc:.4f}"
            print(f"{head}    val_loss: {result['loss']:.4f}  val_acc: {result['acc']:.4f}")


edit("Loop.run", "never_in_train_mode", "        self.steps.model.train()\n", "",
     of="Loop__one_log_after_the_other", hint="Nobody calls steps.model.train(): a model that comes in eval mode trains without Dropout and batch norm.")

edit("Loop.run", "train_mode_only_once",
     "    for epoch in range(epochs):",
     "    self.steps.model.train()\n"
     "    for epoch in range(epochs):",
     "        self.steps.model.train()\n", "",
     of="Loop__one_log_after_the_other", hint="steps.model.train() is called once, before the first epoch. An evaluation may leave the model in eval mode: call it at the beginning of each epoch.")

edit("Loop.run", "window_of_nothing",
     "window = window or max(1, len(train_loader) // 20)", "window = window or int(0.05 * len(train_loader))",
     of="Loop__one_log_after_the_other", hint="For a short epoch your window is 0, and log[-0:] is the whole list: at least 1.")

edit("Loop.run", "average_of_everything",
     'self.train_log[f"{name}_avg"].append(sum(log[-window:]) / len(log[-window:]))',
     'self.train_log[f"{name}_avg"].append(sum(log) / len(log))',
     of="Loop__one_log_after_the_other", hint="The moving average is the mean of the whole log. Only the last `window` entries count.")

edit("Loop.run", "average_divided_by_window", ") / len(log[-window:]))", ") / window)",
     of="Loop__one_log_after_the_other", hint="At the beginning there are fewer entries than the window is long: divide by how many there are.")

edit("Loop.run", "logs_tensors", "log.append(result[name])", "log.append(torch.tensor(result[name]))",
     of="Loop__one_log_after_the_other", hint="The logs hold tensors. Plain floats can be written to a file, tensors cannot.")

edit("Loop.run", "logs_rounded_numbers", "log.append(result[name])", "log.append(round(result[name], 2))",
     of="Loop__one_log_after_the_other", hint="The logs are rounded. Round where you print; a log keeps what the step said, or the averages drift.")

edit("Loop.run", "evaluates_the_training_data", "evaluate(valid_loader)", "evaluate(train_loader)",
     of="Loop__one_log_after_the_other", hint="After each epoch you evaluate the training loader. The validation loader is the one to watch.")

edit("Loop.run", "callbacks_hear_nothing", "callback(self)", "callback()",
     of="Loop__one_log_after_the_other", hint="Callbacks are called without an argument. They get the loop: callback(self).")


@mistake(replaces="Loop.run", hint="An error in a callback is swallowed. It may be there to stop the training: let it go on to the caller.")
def swallows_errors_of_callbacks(self, epochs, train_loader, valid_loader, window=None):
    window = window or max(1, len(train_loader) // 20)
    for epoch in range(epochs):
        self.steps.model.train()
        for batch in train_loader:
            result = self.steps.train_step(batch)
            for name in ("loss", "acc"):
                log = self.train_log[name]
                log.append(result[name])
                self.train_log[f"{name}_avg"].append(sum(log[-window:]) / len(log[-window:]))
            for callback in self.callbacks:
                try:
                    callback(self)
                except Exception:
                    pass
            if self.scheduler is not None:
                self.scheduler.step()
        result = self.steps.evaluate(valid_loader)
        for name in ("loss", "acc"):
            self.valid_log[name].append(result[name])
        if self.verbose:
            loss, acc = self.train_log["loss_avg"][-1], self.train_log["acc_avg"][-1]
            head = f"[Epoch: {epoch + 1:0{len(str(epochs))}d}/{epochs}]    loss: {loss:.4f}  acc: {acc:.4f}"
            print(f"{head}    val_loss: {result['loss']:.4f}  val_acc: {result['acc']:.4f}")


edit("Loop.run", "needs_a_scheduler",
     "            if self.scheduler is not None:\n"
     "                self.scheduler.step()",
     "            self.scheduler.step()",
     of="Loop__one_log_after_the_other", hint="Without a scheduler (None) your loop stops with an error: ask first.")

edit("Loop.run", "second_run_begins_anew",
     "    window = window or max(1, len(train_loader) // 20)",
     '    self.train_log = {"loss": [], "acc": [], "loss_avg": [], "acc_avg": []}\n'
     '    self.valid_log = {"loss": [], "acc": []}\n'
     "    window = window or max(1, len(train_loader) // 20)",
     of="Loop__one_log_after_the_other", hint="A second run empties the logs of the first. They belong to the loop, not to the run.")

edit("Loop.run", "prints_always", "self.verbose", "True",
     of="Loop__one_log_after_the_other", hint="A line is printed although verbose is False.")

edit("Loop.run", "epochs_without_zeros",
     'f"[Epoch: {epoch + 1:0{len(str(epochs))}d}/{epochs}]    loss: {loss:.4f}  acc: {acc:.4f}"',
     'f"[Epoch: {epoch + 1}/{epochs}]    loss: {loss:.4f}  acc: {acc:.4f}"',
     of="Loop__one_log_after_the_other", hint="The epoch is not filled up with zeros: 3 of 12 is 03.")


# ================================================================ loop: SchedulerStats, plot_history

edit("SchedulerStats.__call__", "knows_betas_only",
     'self.momentum.append(group["betas"][0] if "betas" in group else group.get("momentum", 0.0))',
     'self.momentum.append(group["betas"][0])',
     hint='Only Adam and its relatives have "betas". SGD has "momentum", and some optimizers have neither: ask before you look.')


@mistake(replaces="SchedulerStats", hint="lr and momentum are lists of the class, so all objects share them. Make them in __init__.")
class lists_of_the_class:
    lr = []
    momentum = []

    def __init__(self, optim):
        self.optim = optim
        self.lr.clear()
        self.momentum.clear()

    def __call__(self, loop):
        group = self.optim.param_groups[0]
        self.lr.append(group["lr"])
        self.momentum.append(group["betas"][0] if "betas" in group else group.get("momentum", 0.0))


@mistake(replaces="SchedulerStats.__init__", hint="You note the values that the optimizer had when the object was made. Note them when it is called.")
def notes_at_the_beginning(self, optim):
    self.lr, self.momentum = [], []
    frozen = [dict(group) for group in optim.param_groups]
    self.optim = type("Optimizer", (), {"param_groups": frozen})()


@mistake(replaces="plot_history", hint="The validation stands at 1, 2, 3, … as if an epoch were a step: all of it is squeezed into the left corner. An epoch ends at a multiple of its number of steps.")
def epochs_as_steps(train_log, valid_log):
    count, epochs = len(train_log["loss"]), len(valid_log["loss"])
    figure, axes = plt.subplots(1, 2)
    for part, name in zip(axes, ("loss", "acc")):
        part.plot(range(1, count + 1), train_log[name + "_avg"], label="train")
        part.plot(range(1, epochs + 1), valid_log[name], label="validation")
        part.set(xlabel="step", ylabel=name)
    return figure


@mistake(replaces="plot_history", hint='The line "train" shows the raw values. It should show the moving average.')
def draws_the_raw_values(train_log, valid_log):
    count, epochs = len(train_log["loss"]), len(valid_log["loss"])
    figure, axes = plt.subplots(1, 2)
    for part, name in zip(axes, ("loss", "acc")):
        part.plot(range(1, count + 1), train_log[name], label="train")
        part.plot([(e + 1) * count // epochs for e in range(epochs)], valid_log[name], label="validation")
        part.set(xlabel="step", ylabel=name)
    return figure


@mistake(replaces="plot_history", hint="The figure is drawn and not returned: `return figure`.")
def draws_and_returns_nothing(train_log, valid_log):
    count, epochs = len(train_log["loss"]), len(valid_log["loss"])
    figure, axes = plt.subplots(1, 2)
    for part, name in zip(axes, ("loss", "acc")):
        part.plot(range(1, count + 1), train_log[name + "_avg"], label="train")
        part.plot([(e + 1) * count // epochs for e in range(epochs)], valid_log[name], label="validation")
        part.set(xlabel="step", ylabel=name)
