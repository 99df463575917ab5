"""Hidden checks of the exercise `loop`. The first line of each docstring is what the student reads."""

from __future__ import annotations

import contextlib
import io
import json
from typing import Any

import numpy as np
import reference
import torch
from torch import nn

from autograder.judge import check, expect


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
        return {"loss": self.count / 4, "acc": self.count / 64}

    def step(self) -> None:
        """The scheduler's."""
        self.said.append("scheduler")

    def listener(self, name: str) -> Any:
        """A callback that notes what it finds in the log."""

        def callback(loop):
            told = loop.train_log["loss"]
            self.said.append(f"{name} hears {len(told)} losses, the last {told[-1] if told else None}")

        return callback


def events_of_a_run(Loop: Any, epochs: int, batches: list[str], what: str = "all") -> list[str]:
    """Everything that happens, in order; `what` leaves out "scheduler" or "callbacks"."""
    steps = Pretended([4.0, 2.0, 1.0, 3.0, 5.0])
    scheduler = None if what == "callbacks" else steps
    callbacks = () if what == "scheduler" else (steps.listener("a"), steps.listener("b"))
    Loop(steps, scheduler, callbacks).run(epochs, batches, "the valid loader")
    return steps.said


def without(events: list[str], *words: str) -> list[str]:
    """The events that begin with none of the words."""
    return [event for event in events if not event.startswith(words)]


@check(weight=3)
def test_order_of_events(student):
    """for each batch: train_step, log, all callbacks in their order, then scheduler.step; in the end evaluate"""
    inside = student.beside(events_of_a_run)
    for epochs, batches in ((2, ["p", "q", "r"]), (1, ["p"])):
        said = expect(inside.events_of_a_run(student.Loop, epochs, batches)).to_be_a(list)
        right = events_of_a_run(reference.Loop, epochs, batches)
        plain = [event.removesuffix(" in eval mode") for event in said if isinstance(event, str)]
        expect(plain).to_equal(right)


@check(weight=1.5)
def test_train_mode_in_each_epoch(student):
    """each epoch begins with model.train(): a model that came in eval mode trains, and again after each evaluation"""
    inside = student.beside(events_of_a_run)
    said = expect(inside.events_of_a_run(student.Loop, 3, ["p", "q"])).to_be_a(list)
    steps = [event for event in said if event.startswith("step")]
    expect(steps).to_equal(["step p", "step q"] * 3)


@check(weight=1.5)
def test_evaluates_once_an_epoch(student):
    """after each epoch, and only then, the validation loader is evaluated, once"""
    inside = student.beside(events_of_a_run)
    said = expect(inside.events_of_a_run(student.Loop, 2, ["p", "q"], "callbacks")).to_be_a(list)
    kept = [event.removesuffix(" in eval mode") for event in without(said, "a ", "b ")]
    expect(kept).to_equal(without(events_of_a_run(reference.Loop, 2, ["p", "q"], "callbacks"), "a ", "b "))


@check()
def test_scheduler_once_a_step(student):
    """scheduler.step() is called once for each batch, after the train_step, and not without a scheduler"""
    inside = student.beside(events_of_a_run)
    for what, times in (("scheduler", 6), ("callbacks", 0)):
        said = expect(inside.events_of_a_run(student.Loop, 2, ["p", "q", "r"], what)).to_be_a(list)
        kept = [event[:4] for event in said if event.startswith(("step", "scheduler"))]
        expect(kept).to_equal(["step", "sche"] * 6 if times else ["step"] * 6)


def logs_of_a_run(Loop: Any, losses: list[float], steps: int, epochs: int, window: Any = None) -> list[Any]:
    """train_log and valid_log, once around JSON."""
    loop = Loop(Pretended(losses))
    loop.run(epochs, list(range(steps)), "v") if window is None else loop.run(epochs, list(range(steps)), "v", window)
    return [json.loads(json.dumps(log)) for log in (loop.train_log, loop.valid_log)]


@check(weight=1.5)
def test_logs_of_steps(student, cases):
    """train_log has one loss and one acc for each step, in order; valid_log one for each epoch; all plain floats"""
    losses = cases.tensor(11).tolist()
    inside = student.beside(logs_of_a_run)
    train, valid = expect(inside.logs_of_a_run(student.Loop, losses, 4, 3)).to_be_a(list, length=2)
    right, right_valid = logs_of_a_run(reference.Loop, losses, 4, 3)
    for name in ("loss", "acc"):
        expect(expect(train).to_be_a(dict).get(name)).to_match(right[name])
        expect(expect(valid).to_be_a(dict).get(name)).to_match(right_valid[name])
    expect(sorted(train)).to_equal(sorted(right))
    expect(sorted(valid)).to_equal(sorted(right_valid))


@check(weight=1.5)
def test_moving_average(student, cases):
    """loss_avg and acc_avg are means of the last `window` steps, of fewer at the beginning, over the ends of epochs"""
    losses = cases.tensor(13).tolist()
    inside = student.beside(logs_of_a_run)
    for steps, epochs, window in ((7, 2, 3), (5, 3, 8), (4, 1, 1)):
        found = expect(inside.logs_of_a_run(student.Loop, losses, steps, epochs, window)).to_be_a(list, length=2)
        right = logs_of_a_run(reference.Loop, losses, steps, epochs, window)
        for name in ("loss_avg", "acc_avg"):
            expect(expect(found[0]).to_be_a(dict).get(name)).to_match(right[0][name])


@check()
def test_default_window(student, cases):
    """without a window the average goes over a twentieth of an epoch, but at least one step"""
    losses = cases.tensor(17).tolist()
    inside = student.beside(logs_of_a_run)
    for steps in (5, 19, 45):
        found = expect(inside.logs_of_a_run(student.Loop, losses, steps, 2)).to_be_a(list, length=2)
        right = logs_of_a_run(reference.Loop, losses, steps, 2)
        expect(expect(found[0]).to_be_a(dict).get("loss_avg")).to_match(right[0]["loss_avg"])


def logs_of_two_runs(Loop: Any) -> tuple[Any, Any, list[str]]:
    """Of one loop that runs twice."""
    steps = Pretended([1.0, 2.0, 4.0])
    loop = Loop(steps)
    loop.run(1, ["p", "q"], "v")
    loop.run(2, ["r"], "w", 2)
    return loop.train_log, loop.valid_log, steps.said


@check()
def test_second_run_goes_on(student):
    """a second run goes on writing the logs of the first"""
    inside = student.beside(logs_of_two_runs)
    found = expect(inside.logs_of_two_runs(student.Loop)).to_be_a(tuple, length=3)
    expect(found[:2]).to_match(logs_of_two_runs(reference.Loop)[:2])


def what_two_loops_share(Loop: Any) -> list[Any]:
    """Callbacks and logs of a second loop after the first one was used; a list of callbacks that was handed over."""
    mine = []
    first, second, third = Loop(Pretended([1.0])), Loop(Pretended([1.0])), Loop(Pretended([1.0]), None, mine)
    first.callbacks.append(lambda loop: None)
    third.callbacks.append(lambda loop: None)
    first.run(1, ["p"], "v")
    return [len(second.callbacks), len(mine), second.train_log, second.valid_log]


@check()
def test_loops_share_nothing(student):
    """two loops have nothing in common: not the callbacks, not the logs; callbacks is a list of the loop's own"""
    inside = student.beside(what_two_loops_share)
    expect(inside.what_two_loops_share(student.Loop)).to_match(what_two_loops_share(reference.Loop))


def how_an_error_ends(Loop: Any) -> tuple[str, list[str]]:
    """What the caller hears of an error in a callback, and what happened until then."""
    steps = Pretended([1.0])

    def stop(loop):
        if len(loop.train_log["loss"]) == 2:
            raise InterruptedError("enough")

    try:
        Loop(steps, None, [stop]).run(5, ["p", "q", "r"], "v")
    except InterruptedError as error:
        return str(error), steps.said
    return "nothing", steps.said


@check(weight=0.5)
def test_error_of_a_callback(student):
    """an error in a callback stops the run and reaches the caller"""
    inside = student.beside(how_an_error_ends)
    told, said = expect(inside.how_an_error_ends(student.Loop)).to_be_a(tuple, length=2)
    expect(told == "enough").to_hold("the error that a callback raises reaches the caller of run")
    expect(len(said) == 2).to_hold("nothing happens after it")


def printed_by_a_run(Loop: Any, epochs: int, verbose: bool) -> list[str]:
    """The lines."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        Loop(Pretended([0.5, 1.25, 2.0, 1 / 3]), verbose=verbose).run(epochs, list("pqr"), "v", 2)
    return [line.rstrip() for line in out.getvalue().splitlines()]


@check()
def test_printed_lines(student):
    """with verbose each epoch prints its line, as in the docstring; without, nothing is printed"""
    inside = student.beside(printed_by_a_run)
    for epochs in (3, 11):
        expect(inside.printed_by_a_run(student.Loop, epochs, True)).to_equal(
            printed_by_a_run(reference.Loop, epochs, True)
        )
    expect(inside.printed_by_a_run(student.Loop, 2, False)).to_equal([])


def optimizer_of(kind: str, lr: float = 0.5) -> torch.optim.Optimizer:
    """Of two groups: AdamW, SGD with and without momentum, or one that knows neither."""
    one, two = nn.Parameter(torch.ones(2)), nn.Parameter(torch.ones(3))
    groups = [{"params": [one], "lr": lr}, {"params": [two], "lr": 7.0}]
    if kind == "adamw":
        return torch.optim.AdamW(groups, betas=(0.8, 0.99))
    if kind == "adagrad":
        return torch.optim.Adagrad(groups)
    return torch.optim.SGD(groups, lr=lr, momentum=0.7 if kind == "momentum" else 0.0)


def stats_of(SchedulerStats: Any, kind: str) -> list[Any]:
    """Of two steps, between which the learning rate changes; and of a second object, which was never called."""
    optim = optimizer_of(kind)
    stats, other = SchedulerStats(optim), SchedulerStats(optim)
    stats(None)
    optim.param_groups[0]["lr"] = 0.25
    stats("a loop")
    return [stats.lr, stats.momentum, other.lr, other.momentum]


@check(weight=1.5)
def test_scheduler_stats(student):
    """SchedulerStats notes learning rate and momentum of the first group: AdamW, SGD with and without, Adagrad"""
    inside = student.beside(stats_of)
    for kind in ("adamw", "momentum", "sgd", "adagrad"):
        expect(inside.stats_of(student.SchedulerStats, kind)).to_match(stats_of(reference.SchedulerStats, kind))


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


@check(weight=1.5)
def test_one_cycle(student):
    """a one-cycle schedule as each step used it: from max_lr / 25 up to max_lr and down, momentum 0.95 → 0.85 → 0.95"""
    inside = student.beside(one_cycle_of)
    for epochs, batches in ((4, 5), (2, 15)):
        found = expect(inside.one_cycle_of(student.Loop, student.SchedulerStats, epochs, batches)).to_be_a(
            list, length=3
        )
        lr, momentum = cycle_on_paper(epochs * batches)
        expect(found[0]).to_match(lr)
        expect(found[1]).to_match(momentum)
        expect(found[2]).to_equal(epochs * batches)


def history_drawn(plot_history: Any, epochs: int, steps: int) -> dict[str, Any]:
    """Labels of the axes, and the lines by their label."""
    count = epochs * steps
    names = ("loss", "acc", "loss_avg", "acc_avg")
    train = {
        name: [place + k / (1.0 + i) for i in range(count)]
        for place, (name, k) in enumerate(zip(names, (1, 2, 3, 4), strict=True))
    }
    valid = {name: [10.0 + place + i for i in range(epochs)] for place, name in enumerate(names[:2])}
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


@check(weight=1.5)
def test_history_is_drawn(student):
    """plot_history draws loss and acc: averages over the steps 1, 2, 3, …, validation at the last step of each epoch"""
    inside = student.beside(history_drawn)
    for epochs, steps in ((3, 4), (2, 7)):
        found = expect(inside.history_drawn(student.plot_history, epochs, steps)).to_be_a(dict)
        expect(found["returned"] == "Figure").to_hold("plot_history returns a matplotlib figure (`return figure`)")
        expect(found["labels"]).to_equal([["step", "loss"], ["step", "acc"]])
        expect(found["lines"]).to_match(history_drawn(reference.plot_history, epochs, steps)["lines"])
