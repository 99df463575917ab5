"""One JupyterLab and one browser for the tests of this folder; without a browser none of them is collected."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.jupyter import ROOT, Lab, lab
from tests.browser.pages import PATIENCE
from tests.engine.hosts.test_nbgrader import make_course
from tests.programs import chromium, missing

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

collect_ignore_glob = ["test_*.py"] if {"browser", "browser/"} & set(missing()) else []

FLAGS = "no-sandbox disable-gpu disable-quic no-first-run disable-background-networking disable-component-update"
MORE_FLAGS = "disable-sync disable-dev-shm-usage no-proxy-server"
ALONE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"  # as on a machine without a network


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab in a copy of the course: the sample assignment, a real exchange, and a1 as students get it."""
    top = tmp_path_factory.mktemp("lab")
    root, exchange = top / "course", top / "exchange"
    root.mkdir()
    exchange.mkdir()
    exchange.chmod(0o777)  # nbgrader asks for it
    make_course(root)
    config = root / "nbgrader_config.py"
    text = config.read_text()
    assert '# c.Exchange.root = "…"' in text
    config.write_text(text.replace('# c.Exchange.root = "…"', f"c.Exchange.root = {str(exchange)!r}"))
    shutil.copytree(ROOT / "assignments" / "a1_convolution", root / "assignments" / "a1_convolution")
    with lab(root, top / "home") as started:
        yield started


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a window, with a new profile, and without a network."""
    from playwright.sync_api import sync_playwright

    flags = [f"--{flag}" for flag in f"{FLAGS} {MORE_FLAGS}".split()]
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=chromium(), args=[*flags, ALONE], timeout=PATIENCE)
        yield started
        started.close()


@pytest.fixture(scope="module")
def page(browser: Browser) -> Page:
    """One tab of a window as large as a laptop's."""
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    context.set_default_timeout(PATIENCE)
    return context.new_page()


@pytest.fixture(scope="module")
def shots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pictures of the browser are kept when something fails."""
    return tmp_path_factory.mktemp("shots")
