"""Hidden checks of the exercise `loop`. The first line of each docstring is what the student reads."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import numpy as np
import reference
import torch
from torch import nn

from autograder.judge import check, expect, value_of

from ._helpers import expect_plain, plain


class Pretended:
    """Stands in for Steps, the scheduler and the callbacks: takes no steps, notes what is asked of it, and when."""

    def __init__(self, losses: list[float]) -> None:
        self.model, self.losses, self.said, self.count = nn.Dropout(0.5), losses, [], 0
        self.model.eval()

    def train_step(self, batch: Any) -> dict[str, float]:
        """The next of the losses, and an eighth of it."""
        self.said.append(f"step {batch}" + ("" if self.model.training else " in eval mode"))
        loss = self.losses[self.count % len(self.losses)]
        self.count += 1
        return {"loss": loss, "acc": loss / 8}

    def evaluate(self, loader: Any) -> dict[str, float]:
        """Leaves the model in eval mode, as a careless one would."""
        self.said.append(f"evaluate {loader}")
        self.model.eval()
        return {"loss": self.losses[0] + self.count, "acc": self.losses[0] * self.count}

    def step(self) -> None:
        """The scheduler's."""
        self.said.append("scheduler")

    def listener(self, name: str) -> Any:
        """A callback that notes what it finds in the log."""

        def callback(loop):
            told = loop.train_log["loss"]
            self.said.append(f"{name} hears {len(told)} losses, the last {float(told[-1]) if told else 0:.4f}")

        return callback


def some_losses(cases: Any, n: int = 5) -> list[float]:
    """Losses that nobody knows beforehand; whole, as are their eighths: whoever rounds pays for it in few checks."""
    return [float(8 * number) for number in cases.rng.integers(1, 1000, size=n)]


def some_batches(cases: Any, n: int) -> list[str]:
    """Names that stand for batches."""
    return [f"batch {number}" for number in cases.rng.permutation(1000)[:n]]


def events_of_a_run(
    Loop: Any, losses: list[float], epochs: int, batches: list[str], scheduled: bool = True, heard: bool = True
) -> list[str]:
    """Everything that happens, in order; with or without a scheduler and callbacks."""
    steps = Pretended(losses)
    callbacks = (steps.listener("a"), steps.listener("b")) if heard else ()
    loop = Loop(steps, steps, callbacks) if scheduled else Loop(steps, callbacks=callbacks)
    loop.run(epochs, batches, "the valid loader")
    return steps.said


def only(events: list[str], *words: str) -> list[str]:
    """The events that begin with one of the words, whatever mode the model was in."""
    return [str(event).removesuffix(" in eval mode") for event in events if str(event).startswith(words)]


@check(
    weight=3,
    quote=(
        'its "loss" and "acc" into train_log, all callbacks in their order, scheduler.step().',
        "Each epoch ends with steps.evaluate(valid_loader), once",
    ),
)
def test_order_of_events(student, cases):
    """for each batch: train_step, log, all callbacks in their order, then scheduler.step; in the end evaluate"""
    inside = student.beside(events_of_a_run)
    for epochs, n in ((2, 3), (1, 1)):
        losses, batches = some_losses(cases), some_batches(cases, n)
        said = expect(inside.events_of_a_run(student.Loop, losses, epochs, batches)).to_be_a(list)
        expect(only(said, "")).to_equal(events_of_a_run(reference.Loop, losses, epochs, batches))


@check(weight=2, quote="Each epoch begins with steps.model.train().")
def test_train_mode_in_each_epoch(student, cases):
    """each epoch begins with model.train(): a model that came in eval mode trains, and again after each evaluation"""
    inside = student.beside(events_of_a_run)
    losses, batches = some_losses(cases), some_batches(cases, 2)
    said = expect(inside.events_of_a_run(student.Loop, losses, 3, batches, True, False)).to_be_a(list)
    steps = [event for event in said if str(event).startswith("step")]
    expect(steps).to_equal([f"step {batch}" for batch in batches] * 3)


@check(weight=1.5, quote="Each epoch ends with steps.evaluate(valid_loader), once")
def test_evaluates_once_an_epoch(student, cases):
    """after each epoch, and only then, the validation loader is evaluated, once"""
    inside = student.beside(events_of_a_run)
    losses, batches = some_losses(cases), some_batches(cases, 2)
    said = expect(inside.events_of_a_run(student.Loop, losses, 2, batches, True, False)).to_be_a(list)
    right = events_of_a_run(reference.Loop, losses, 2, batches, True, False)
    expect(only(said, "step", "evaluate")).to_equal(only(right, "step", "evaluate"))


@check(quote=("scheduler has .step(), or is None.", "One `scheduler.step()` for each batch, no more"))
def test_scheduler_once_a_step(student, cases):
    """scheduler.step() is called once for each batch, after the train_step, and not without a scheduler"""
    inside = student.beside(events_of_a_run)
    losses, batches = some_losses(cases), some_batches(cases, 3)
    for scheduled in (True, False):
        said = expect(inside.events_of_a_run(student.Loop, losses, 2, batches, scheduled, False)).to_be_a(list)
        right = events_of_a_run(reference.Loop, losses, 2, batches, scheduled, False)
        expect(only(said, "step", "scheduler")).to_equal(only(right, "step", "scheduler"))


def written(loop: Any) -> list[dict[str, Any]]:
    """The entries of train_log and valid_log that are asked for."""
    train, valid = ("loss", "acc", "loss_avg", "acc_avg"), ("loss", "acc")
    return [{name: loop.train_log.get(name) for name in train}, {name: loop.valid_log.get(name) for name in valid}]


def logs_of_a_run(Loop: Any, losses: list[float], steps: int, epochs: int, window: Any = None) -> list[Any]:
    """train_log and valid_log."""
    pretended = Pretended(losses)
    loop = Loop(pretended, pretended)
    loop.run(epochs, list(range(steps)), "v") if window is None else loop.run(epochs, list(range(steps)), "v", window)
    return written(loop)


@check(
    weight=1.5,
    quote='one entry for each step; valid_log, a dict with the lists "loss" and "acc", one entry for each epoch.',
)
def test_logs_of_steps(student, cases):
    """train_log has one loss and one acc for each step, in order; valid_log one for each epoch"""
    losses = cases.tensor(11).tolist()
    inside = student.beside(logs_of_a_run)
    found = expect(inside.logs_of_a_run(student.Loop, losses, 4, 3)).to_be_a(list, length=2)
    for log, right in zip(found, logs_of_a_run(reference.Loop, losses, 4, 3), strict=True):
        for name in ("loss", "acc"):
            expect(plain(expect(log).to_be_a(dict).get(name))).to_match(right[name], rtol=1e-5)


@check(after="logs_of_steps", weight=0.5, quote="All entries are plain floats.")
def test_logs_hold_floats(student, cases):
    """all entries of train_log and valid_log are plain floats"""
    inside, losses = student.beside(logs_of_a_run), some_losses(cases, 6)
    found = expect(inside.logs_of_a_run(student.Loop, losses, 3, 2)).to_be_a(list, length=2)
    expect(plain(expect(found[0]).to_be_a(dict).get("loss"))).to_match(losses, rtol=1e-5)
    for log in found:
        for entries in expect(log).to_be_a(dict).values():
            for entry in expect(entries).to_be_a(list):
                expect_plain(entry, float)


@check(
    weight=1.5, quote='the mean of the last `window` entries of "loss" and "acc" (of all, where there are fewer yet).'
)
def test_moving_average(student, cases):
    """loss_avg and acc_avg are means of the last `window` steps, of fewer at the beginning, over the ends of epochs"""
    losses = some_losses(cases, 13)
    inside = student.beside(logs_of_a_run)
    for steps, epochs, window in ((7, 2, 3), (5, 3, 8), (4, 1, 1)):
        found = expect(inside.logs_of_a_run(student.Loop, losses, steps, epochs, window)).to_be_a(list, length=2)
        right = logs_of_a_run(reference.Loop, losses, steps, epochs, window)
        for name in ("loss_avg", "acc_avg"):
            expect(plain(expect(found[0]).to_be_a(dict).get(name))).to_match(right[0][name], rtol=1e-5)


@check(quote="By default the window is len(train_loader) // 20, but at least 1.")
def test_default_window(student, cases):
    """without a window the average goes over a twentieth of an epoch, but at least one step"""
    losses = some_losses(cases, 17)
    inside = student.beside(logs_of_a_run)
    for steps in (5, 19, 40, 59):
        found = expect(inside.logs_of_a_run(student.Loop, losses, steps, 2)).to_be_a(list, length=2)
        right = logs_of_a_run(reference.Loop, losses, steps, 2)
        expect(plain(expect(found[0]).to_be_a(dict).get("loss_avg"))).to_match(right[0]["loss_avg"], rtol=1e-5)


def logs_of_two_runs(Loop: Any, losses: list[float]) -> list[Any]:
    """Of one loop that runs twice."""
    steps = Pretended(losses)
    loop = Loop(steps, steps)
    loop.run(1, ["p", "q"], "v")
    loop.run(2, ["r"], "w", 2)
    return written(loop)


@check(quote="A second run goes on writing the same logs.")
def test_second_run_goes_on(student, cases):
    """a second run goes on writing the logs of the first"""
    inside, losses = student.beside(logs_of_two_runs), some_losses(cases)
    found = value_of(inside.logs_of_two_runs(student.Loop, losses))
    expect(plain(found)).to_match(logs_of_two_runs(reference.Loop, losses), rtol=1e-5)


def what_two_loops_share(Loop: Any, losses: list[float]) -> list[Any]:
    """Of a second loop after the first was used, and of the first; and how long a list is that was handed over."""
    mine, steps = [], Pretended(losses)
    first, second, third = Loop(steps, steps), Loop(steps, steps), Loop(steps, steps, mine)
    first.callbacks.append(lambda loop: None)
    third.callbacks.append(lambda loop: None)
    first.run(1, ["p"], "v")
    return [len(second.callbacks), len(mine), written(second), written(first)]


@check(after="logs_of_steps", quote="callbacks, a list of its own")
def test_loops_share_nothing(student, cases):
    """two loops have nothing in common: not the callbacks, not the logs; callbacks is a list of the loop's own"""
    inside, losses = student.beside(what_two_loops_share), some_losses(cases)
    found = value_of(inside.what_two_loops_share(student.Loop, losses))
    expect(plain(found)).to_match(plain(what_two_loops_share(reference.Loop, losses)), rtol=1e-5)


def how_an_error_ends(Loop: Any, what: str, when: int) -> tuple[str, list[str]]:
    """What the caller hears of an error in a callback, and what happened until then."""
    steps = Pretended([1.0])

    def stop(loop):
        if len(loop.train_log["loss"]) == when:
            raise InterruptedError(what)

    try:
        Loop(steps, steps, [stop]).run(9, ["p", "q", "r"], "v")
    except InterruptedError as error:
        return str(error), steps.said
    return "nothing", steps.said


@check(weight=0.5, quote="An error in a callback goes on to the caller.")
def test_error_of_a_callback(student, cases):
    """an error in a callback stops the run and reaches the caller"""
    inside, when = student.beside(how_an_error_ends), int(cases.rng.integers(2, 20))
    what = f"enough after {when}"
    told, said = expect(inside.how_an_error_ends(student.Loop, what, when)).to_be_a(tuple, length=2)
    expect(told == what).to_hold("the error that a callback raises reaches the caller of run")
    expect(len(only(said, "step")) == when).to_hold("nothing happens after it")


def printed_by_a_run(Loop: Any, losses: list[float], epochs: int, verbose: bool) -> list[Any]:
    """How many steps were taken, and the lines."""
    out, steps = io.StringIO(), Pretended(losses)
    with contextlib.redirect_stdout(out):
        Loop(steps, steps, verbose=verbose).run(epochs, list("pqr"), "v", 2)
    return [steps.count, *(line.rstrip() for line in out.getvalue().splitlines())]


@check(
    after="logs_of_steps",
    quote=(
        "after each epoch print one line, with four decimals and the epoch filled up with zeros",
        "Else print nothing.",
    ),
)
def test_printed_lines(student, cases):
    """with verbose each epoch prints its line, as in the docstring; without, nothing is printed"""
    inside, losses = student.beside(printed_by_a_run), some_losses(cases)
    for epochs, verbose in ((3, True), (11, True), (int(cases.rng.integers(2, 30)), False)):
        right = printed_by_a_run(reference.Loop, losses, epochs, verbose)
        expect(inside.printed_by_a_run(student.Loop, losses, epochs, verbose)).to_equal(right)


def optimizer_of(kind: str, lr: float, momentum: float) -> torch.optim.Optimizer:
    """Of two groups: AdamW, SGD with and without momentum, or one that knows neither."""
    one, two = nn.Parameter(torch.ones(2)), nn.Parameter(torch.ones(3))
    groups = [{"params": [one], "lr": lr}, {"params": [two], "lr": 7.0}]
    if kind == "adamw":
        return torch.optim.AdamW(groups, betas=(momentum, 0.99))
    if kind == "adagrad":
        return torch.optim.Adagrad(groups)
    return torch.optim.SGD(groups, lr=lr, momentum=momentum if kind == "momentum" else 0.0)


def stats_of(SchedulerStats: Any, kind: str, rates: list[float]) -> list[Any]:
    """Of two steps, between which the learning rate changes; and of a second object, which was never called."""
    optim = optimizer_of(kind, rates[0], rates[2])
    stats, other = SchedulerStats(optim), SchedulerStats(optim)
    stats(None)
    optim.param_groups[0]["lr"] = rates[1]
    stats("a loop")
    return [stats.lr, stats.momentum, other.lr, other.momentum]


@check(
    weight=1.5,
    quote=(
        "each call stats(loop) appends to the lists stats.lr and stats.momentum.",
        'momentum is betas[0] where there are "betas", else "momentum" where there is one (SGD), else 0.0.',
    ),
)
def test_scheduler_stats(student, cases):
    """SchedulerStats notes learning rate and momentum of the first group: AdamW, SGD with and without, Adagrad"""
    inside, rates = student.beside(stats_of), cases.tensor(3, low=0.1, high=0.9).tolist()
    for kind in ("adamw", "momentum", "sgd", "adagrad"):
        right = stats_of(reference.SchedulerStats, kind, rates)
        expect(plain(value_of(inside.stats_of(student.SchedulerStats, kind, rates)))).to_match(right)


def one_cycle_of(Loop: Any, SchedulerStats: Any, epochs: int, batches: int) -> list[Any]:
    """What a real one-cycle scheduler does to AdamW, as noted by the callback; and how many steps it has made."""
    model = nn.Linear(1, 1)
    optim = torch.optim.AdamW(model.parameters(), lr=0.001)
    cycle = torch.optim.lr_scheduler.OneCycleLR(optim, max_lr=0.01, epochs=epochs, steps_per_epoch=batches)
    steps, stats = Pretended([1.0]), SchedulerStats(optim)
    pretend = steps.train_step
    steps.train_step = lambda batch: (optim.step(), pretend(batch))[1]
    made = []
    inner = cycle.step
    cycle.step = lambda *args: (made.append(1), len(made) <= epochs * batches and inner())[1]
    Loop(steps, cycle, [stats]).run(epochs, list(range(batches)), "v")
    return [stats.lr, stats.momentum, len(made)]


def cycle_on_paper(total: int) -> tuple[list[float], list[float]]:
    """Learning rates and momenta of the `total` steps of torch's cycle up to 0.01: two half waves of a cosine."""
    top, end = 0.3 * total - 1, total - 1
    lr, momentum = [], []
    for step in range(total):
        first = step <= top
        share = step / top if first else (step - top) / (end - top)
        wave = (1 + np.cos(np.pi * share)) / 2  # from 1 to 0
        low, high = (0.01 / 25, 0.01) if first else (0.01, 0.01 / 25 / 1e4)
        lr.append(float(high + (low - high) * wave))
        before, after = (0.95, 0.85) if first else (0.85, 0.95)
        momentum.append(float(after + (before - after) * wave))
    return lr, momentum


@check(
    weight=1.5,
    quote=(
        "A callback that notes with which learning rate and momentum each step was taken.",
        "all callbacks in their order, scheduler.step().",
    ),
)
def test_one_cycle(student, cases):
    """a one-cycle schedule as each step used it: from max_lr / 25 up to max_lr and down, momentum 0.95 → 0.85 → 0.95"""
    inside = student.beside(one_cycle_of)
    for epochs, batches in ((4, int(cases.rng.integers(5, 9))), (2, int(cases.rng.integers(10, 20)))):
        found = expect(inside.one_cycle_of(student.Loop, student.SchedulerStats, epochs, batches)).to_be_a(
            list, length=3
        )
        lr, momentum = cycle_on_paper(epochs * batches)
        expect(plain(found[0])).to_match(lr)
        expect(plain(found[1])).to_match(momentum)
        expect(found[2]).to_equal(epochs * batches)


def history_drawn(plot_history: Any, start: float, epochs: int, steps: int) -> dict[str, Any]:
    """Labels of the axes, and the lines by their label."""
    count = epochs * steps
    names = ("loss", "acc", "loss_avg", "acc_avg")
    train = {
        name: [start + place + k / (1.0 + i) for i in range(count)]
        for place, (name, k) in enumerate(zip(names, (1, 2, 3, 4), strict=True))
    }
    valid = {name: [10.0 + start + place + i for i in range(epochs)] for place, name in enumerate(names[:2])}
    figure = plot_history(train, valid)
    if type(figure).__name__ not in ("Figure", "Picture"):
        return {"returned": type(figure).__name__}
    return {
        "returned": "Figure",
        "labels": [[part.get_xlabel(), part.get_ylabel()] for part in figure.axes],
        "lines": [
            {
                str(line.get_label()): [[float(v) for v in line.get_xdata()], [float(v) for v in line.get_ydata()]]
                for line in part.lines
                if line.get_label() in ("train", "validation")
            }
            for part in figure.axes
        ],
    }


@check(
    weight=1.5,
    quote=(
        'a line of the moving average over the steps 1, 2, 3, … with the label "train"',
        "whose points stand at the last step of their epoch.",
        'Both x axes are labelled "step", the y axes "loss" and "acc".',
    ),
)
def test_history_is_drawn(student, cases):
    """plot_history draws loss and acc: averages over the steps 1, 2, 3, …, validation at the last step of each epoch"""
    inside = student.beside(history_drawn)
    for epochs, steps in ((3, 4), (2, 7)):
        (start,) = some_losses(cases, 1)
        found = expect(inside.history_drawn(student.plot_history, start, epochs, steps)).to_be_a(dict)
        expect(found["returned"] == "Figure").to_hold("plot_history returns a matplotlib figure (`return figure`)")
        expect(found["labels"]).to_equal([["step", "loss"], ["step", "acc"]])
        expect(found["lines"]).to_match(history_drawn(reference.plot_history, start, epochs, steps)["lines"], rtol=1e-6)
