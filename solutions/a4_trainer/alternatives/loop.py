"""Right solutions of the exercise `loop`, written differently: none of them may lose a point. Named function__how."""

import math

import matplotlib.pyplot as plt
import numpy as np


class Loop__in_small_methods:
    def __init__(self, steps, scheduler=None, callbacks=(), verbose=False):
        self.steps, self.scheduler, self.callbacks, self.verbose = steps, scheduler, [*callbacks], verbose
        self.train_log = {name: [] for name in ("loss", "acc", "loss_avg", "acc_avg")}
        self.valid_log = {name: [] for name in ("loss", "acc")}

    def run(self, epochs, train_loader, valid_loader, window=None):
        window = max(1, int(0.05 * len(train_loader))) if window is None else window
        for epoch in range(epochs):
            self.steps.model.train()
            for batch in train_loader:
                self.one_step(batch, window)
            self.end_of_epoch(epoch + 1, epochs, valid_loader)

    def one_step(self, batch, window):
        result = self.steps.train_step(batch)
        self.train_log["loss"] += [result["loss"]]
        self.train_log["acc"] += [result["acc"]]
        self.train_log["loss_avg"].append(float(np.mean(self.train_log["loss"][-window:])))
        self.train_log["acc_avg"].append(float(np.mean(self.train_log["acc"][-window:])))
        for callback in self.callbacks:
            callback(self)
        if self.scheduler:
            self.scheduler.step()

    def end_of_epoch(self, epoch, epochs, valid_loader):
        result = self.steps.evaluate(valid_loader)
        self.valid_log["loss"].append(result["loss"])
        self.valid_log["acc"].append(result["acc"])
        if self.verbose:
            shown = str(epoch).rjust(len(str(epochs)), "0")
            print(f"[Epoch: {shown}/{epochs}]", end="    ")
            print("loss: %.4f  acc: %.4f" % (self.train_log["loss_avg"][-1], self.train_log["acc_avg"][-1]), end="    ")
            print("val_loss: {:.4f}  val_acc: {:.4f}".format(self.valid_log["loss"][-1], self.valid_log["acc"][-1]))


class Loop__running_sums:
    def __init__(self, steps, scheduler=None, callbacks=None, verbose=False):
        self.steps = steps
        self.scheduler = scheduler
        self.callbacks = [] if callbacks is None else list(callbacks)
        self.verbose = verbose
        self.train_log = {"loss": [], "loss_avg": [], "acc": [], "acc_avg": []}
        self.valid_log = {"acc": [], "loss": []}

    def run(self, epochs, train_loader, valid_loader, window=None):
        if not window:
            window = len(train_loader) // 20 or 1
        log = self.train_log
        for epoch in range(1, 1 + epochs):
            self.steps.model.train(True)
            for batch in train_loader:
                for name, value in self.steps.train_step(batch).items():
                    log[name].append(float(value))
                    start = max(0, len(log[name]) - window)
                    log[f"{name}_avg"].append(math.fsum(log[name][start:]) / (len(log[name]) - start))
                [callback(self) for callback in self.callbacks]
                self.scheduler is None or self.scheduler.step()
            for name, value in self.steps.evaluate(valid_loader).items():
                self.valid_log[name].append(float(value))
            if self.verbose:
                width = len(f"{epochs}")
                head = f"[Epoch: {epoch:>0{width}d}/{epochs}]"
                values = [
                    log["loss_avg"][-1],
                    log["acc_avg"][-1],
                    self.valid_log["loss"][-1],
                    self.valid_log["acc"][-1],
                ]
                print(head + "    loss: {:.4f}  acc: {:.4f}    val_loss: {:.4f}  val_acc: {:.4f}".format(*values))


class SchedulerStats__try:
    def __init__(self, optim):
        self.optim, self.lr, self.momentum = optim, [], []

    def __call__(self, loop):
        first = self.optim.param_groups[0]
        self.lr = self.lr + [float(first["lr"])]
        try:
            momentum = first["betas"][0]
        except KeyError:
            momentum = first["momentum"] if "momentum" in first else 0.0
        self.momentum = self.momentum + [float(momentum)]


class SchedulerStats__defaults:
    def __init__(self, optimizer):
        self._groups = lambda: optimizer.param_groups
        self.lr = list()
        self.momentum = list()

    def __call__(self, *_):
        group = self._groups()[0]
        self.lr.append(group["lr"])
        self.momentum.append(group.get("betas", [group.get("momentum", 0.0)])[0])


def plot_history__axes_one_by_one(train_log, valid_log):
    figure = plt.figure(figsize=(10, 3))
    steps = np.arange(len(train_log["loss_avg"])) + 1
    per_epoch = len(steps) // len(valid_log["acc"])
    loss, acc = figure.add_subplot(121), figure.add_subplot(122)
    loss.plot(steps, train_log["loss_avg"], label="train")
    loss.plot(steps[per_epoch - 1 :: per_epoch], valid_log["loss"], "k--", label="validation")
    acc.plot(steps, train_log["acc_avg"], label="train")
    acc.plot(steps[per_epoch - 1 :: per_epoch], valid_log["acc"], "k--", label="validation")
    for part, name in ((loss, "loss"), (acc, "acc")):
        part.set_xlabel("step")
        part.set_ylabel(name)
        part.grid(True)
    return figure


def plot_history__loop(train_log, valid_log):
    fig, (left, right) = plt.subplots(nrows=1, ncols=2)
    n = len(train_log["acc"])
    ends = np.linspace(0, n, len(valid_log["loss"]) + 1)[1:]
    train_log, valid_log = ({name: np.float32(log[name]) for name in log} for log in (train_log, valid_log))
    for name, part in {"loss": left, "acc": right}.items():
        part.plot(ends, valid_log[name], marker="s", label="validation")
        part.plot([1 + i for i in range(n)], train_log[name + "_avg"], label="train")
        part.plot([1 + i for i in range(n)], train_log[name], alpha=0.2, label="raw")
        part.set(xlabel="step", ylabel=name)
        part.legend()
    return fig


class Loop__one_log_after_the_other:
    def __init__(self, steps, scheduler=None, callbacks=(), verbose=False):
        self.steps, self.scheduler, self.callbacks, self.verbose = steps, scheduler, list(callbacks), verbose
        self.train_log = {name: [] for name in ("loss", "acc", "loss_avg", "acc_avg")}
        self.valid_log = {name: [] for name in ("loss", "acc")}

    def run(self, epochs, train_loader, valid_loader, window=None):
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
                    callback(self)
                if self.scheduler is not None:
                    self.scheduler.step()
            result = self.steps.evaluate(valid_loader)
            for name in ("loss", "acc"):
                self.valid_log[name].append(result[name])
            if self.verbose:
                loss, acc = self.train_log["loss_avg"][-1], self.train_log["acc_avg"][-1]
                head = f"[Epoch: {epoch + 1:0{len(str(epochs))}d}/{epochs}]    loss: {loss:.4f}  acc: {acc:.4f}"
                print(f"{head}    val_loss: {result['loss']:.4f}  val_acc: {result['acc']:.4f}")
