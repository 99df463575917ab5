"""The headline results of the lecture, rerun with the reference solutions on the real data: `make headlines`.

`python -m bench.headlines lenet names` runs only these rows. The data is read from CNNKIT_DATA (see
`cnnkit.data.datasets`). Each row that was run replaces its line in docs/headlines.md; the others stay as they are.
"""

from __future__ import annotations

import argparse
import datetime
import platform
import re
import runpy
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import torch
from torch import nn

from bench import baselines, loops
from cnnkit import data
from cnnkit.data.folders import NoData

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "headlines.md"
BEGIN, END = "<!-- rows: written by make headlines -->", "<!-- end of the rows -->"
NETWORKS = SimpleNamespace(**runpy.run_path(str(ROOT / "solutions" / "a3_networks" / "reference.py")))


@dataclass(frozen=True)
class Row:
    """One result: what was done, the figures printed in the lecture, and how to get ours."""

    what: str
    lecture: str
    run: Callable[[int, bool], str]
    seeds: int = 1  # several where the outcome is a matter of luck; each gives a figure


def counts(_seed: int, _download: bool) -> str:
    """Parameters of the five networks, which must agree exactly."""
    from torchvision.models import resnet18

    networks = (
        *(NETWORKS.mnist_net(), NETWORKS.strided_cnn(), loops.TextCNN(), NETWORKS.MLP(784, 50, 10)),
        resnet18(weights=None),
    )
    return " · ".join(f"{sum(parameter.numel() for parameter in network.parameters()):,}" for network in networks)


def selu(divisor: float) -> Callable[[int, bool], str]:
    """55,000 of MNIST's 60,000, 3 epochs of AdamW in one cycle, batches of 32; accuracy on the other 5,000."""

    def run(seed: int, download: bool) -> str:
        images, labels = data.mnist(download=download)
        train, valid = loops.split((images / divisor, labels), [55_000, 5_000])
        torch.manual_seed(seed)
        return loops.curve(loops.fit(NETWORKS.mnist_net(), train, valid, loops.ONE_CYCLE))

    return run


def plain(make: Callable[[], nn.Module]) -> Callable[[int, bool], str]:
    """MNIST's 60,000, 10 epochs of SGD .01, batches of 64; accuracy on the 10,000 test images after the last."""

    def run(seed: int, download: bool) -> str:
        train, test = data.mnist(download=download), data.mnist(train=False, download=download)
        torch.manual_seed(seed)
        return f"{100 * loops.fit(make(), train, test, loops.SGD)[-1]:.2f} %"

    return run


def lenet_of_the_notes() -> nn.Module:
    """The network as the notes train it: the second pool averages, and softmax comes before the loss."""
    chain = NETWORKS.lenet_sequential()
    chain[5] = nn.AvgPool2d(2)
    return nn.Sequential(chain, nn.Softmax(dim=-1))


def fashion(seed: int, download: bool) -> str:
    """Fashion-MNIST, 6 epochs of SGD .1, batches of 256; accuracy on the 10,000 test images."""
    train, test = data.fashion_mnist(download=download), data.fashion_mnist(train=False, download=download)
    torch.manual_seed(seed)
    return loops.curve(loops.fit(NETWORKS.strided_cnn(), train, test, loops.FASHION), digits=2)


def names(windows: int) -> Callable[[int, bool], str]:
    """The lecture's names, four in five for training, 5 epochs of Adam; the maximum over this many of 20 windows."""

    def run(seed: int, _download: bool) -> str:
        train, valid = loops.split(loops.encoded(data.spanish_names()), [0.8, 0.2])
        torch.manual_seed(seed)
        return loops.curve(
            loops.fit(loops.TextCNN(context=4, conv_width=128, windows=windows), train, valid, loops.ADAM)
        )

    return run


def with_spread(shares: list[float]) -> str:
    """Mean and standard deviation, in percent."""
    return f"{100 * statistics.mean(shares):.0f} ± {100 * statistics.stdev(shares):.0f} %"


def borrowed(_seed: int, _download: bool) -> str:
    """The ways to solve the problem of a5_transfer, over five splits of the slide, three draws of patches in each."""
    return " · ".join(f"{name} {with_spread(shares)}" for name, shares in baselines.over_splits(draws=3).items())


ROWS = {
    "counts": Row(
        "Parameters: SELU LeNet, strided CNN, text CNN, MLP 784-50-10, ResNet-18",
        "233,578 · 5,274 · 19,448 · 39,760 · 11,689,512",
        counts,
    ),
    "selu-twice": Row(
        "LeNet with SELU, one cycle, images divided by 255 twice as in the notes", ".9360 .9660 .9798", selu(255)
    ),
    "selu": Row("The same, images in [0, 1]", "", selu(1)),
    "mlp-softmax": Row(
        "MLP 784-128-10, softmax before the loss as in the notes",
        "83.01 %",
        plain(lambda: nn.Sequential(NETWORKS.MLP(), nn.Softmax(dim=-1))),
        seeds=5,
    ),
    "mlp": Row("The same without softmax", "", plain(NETWORKS.MLP)),
    "lenet-softmax": Row(
        "LeNet, softmax before the loss as in the notes", "89.61 %", plain(lenet_of_the_notes), seeds=5
    ),
    "lenet": Row("LeNet, max pooling, without softmax", "", plain(NETWORKS.LeNetModern)),
    "fashion": Row("Strided CNN on Fashion-MNIST", ".62 .73 .78 .80 .81 .82", fashion),
    "names-20": Row(
        "Text CNN on the names; the last of 20 windows is never looked at, as in the notes",
        ".9075 .9216 .9270 .9272 .9292",
        names(19),
    ),
    "names": Row("The same, all 20 windows", "", names(20)),
    "baselines": Row(
        "Tissue, gray and evened, 24 patches to learn from: mean ± standard deviation over 5 splits of the slide",
        "",
        borrowed,
    ),
}


def main() -> None:
    """Run the rows, print each when it is done, and update the page."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("rows", nargs="*", metavar="ROW", help=f"one of {', '.join(ROWS)}; all of them by default")
    arguments.add_argument("--seed", type=int, default=0)
    arguments.add_argument("--download", action="store_true", help="download what torchvision can")
    options = arguments.parse_args()
    unknown = [name for name in options.rows if name not in ROWS]
    if unknown:
        arguments.error(f"unknown row {unknown[0]!r}; choose from {', '.join(ROWS)}")
    for name in options.rows or ROWS:
        print(f"{name}: {ROWS[name].what}\n  lecture  {ROWS[name].lecture or '–'}", flush=True)
        start = time.process_time()
        try:
            seeds = range(options.seed, options.seed + ROWS[name].seeds)
            ours = " · ".join(ROWS[name].run(seed, options.download) for seed in seeds)
        except NoData as error:
            print(f"  not run: {error}")
            continue
        seconds = time.process_time() - start
        print(f"  ours     {ours}   ({seconds:.0f} s of CPU)", flush=True)
        PAGE.write_text(with_row(PAGE.read_text("utf-8"), name, ours, seconds), "utf-8")


def with_row(page: str, name: str, ours: str, seconds: float) -> str:
    """The page with this row added or replaced, in the order of `ROWS`."""
    head, _, rest = page.partition(BEGIN)
    table, _, tail = rest.partition(END)
    lines = {match[1]: match[0] for match in re.finditer(r"^\| `([a-z0-9-]+)` \|.*$", table, re.MULTILINE)}
    row, today = ROWS[name], datetime.date.today()
    cells = (f"`{name}`", row.what, row.lecture or "–", ours, f"{seconds:.0f} s", f"{today}, {versions()}")
    lines[name] = f"| {' | '.join(cells)} |"
    top = "| row | what | lecture | ours | CPU time | when, with what |\n|---|---|---|---|---|---|"
    ordered = [lines[key] for key in ROWS if key in lines]
    return "\n".join([head + BEGIN, top, *ordered, END + tail])


def versions() -> str:
    """The versions that a result may depend on."""
    return f"Python {platform.python_version()}, torch {torch.__version__.partition('+')[0]}, CPU"


if __name__ == "__main__":
    main()
