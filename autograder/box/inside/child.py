"""The life of the forked child: build the walls, then answer the grader until its socket closes."""

from __future__ import annotations

import gc
import os
import random
import signal
import socket
import struct
import sys
from typing import Any

import numpy as np
import torch

from . import jail, wire
from .device import await_device, start_device
from .failure import describe
from .family import adopt, bury, has_children, mourn_in_silence
from .server import Server
from .settings import Settings
from .shell import Shell, captured
from .side_doors import watch_side_doors

SOCKET = 3  # the only descriptor beside standard input, output and error
NONCE_BYTES = 16
READY = b"ready"
SEED = 20_260  # every submission starts from the same random state: the same submission, the same report


def live(shell: Shell, descriptor: int, config: dict[str, Any], program: bytes) -> None:
    """Never returns. The caller is a fresh fork of the zygote in namespaces of its own."""
    sock = _only_descriptor(descriptor, keep="descriptors" in config["off"])
    try:
        _settle(config, program)
    except BaseException as error:  # noqa: BLE001  # no wall: the grader hears of it, and no student code ever runs
        send(sock, f"{type(error).__name__}: {error}".encode())
        os._exit(1)
    send(sock, READY)
    _serve(sock, shell, config["device"])
    os._exit(0)


def _settle(config: dict[str, Any], program: bytes) -> None:
    """Walls, working directory, device, random state."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    os.chdir("/")
    jail.enter(config, program)
    os.chdir(config["writable"][0])
    sys.path.insert(0, "")  # as in Jupyter: a module may be beside the notebook
    adopt()
    start_device(config["device"], config["tensors_mb"])  # on nobody's clock; if it cannot start, nothing is graded
    random.seed(SEED)
    np.random.seed(SEED)
    torch.manual_seed(SEED)
    gc.enable()


def _only_descriptor(connection: int, keep: bool) -> socket.socket:
    """Standard streams on /dev/null, the socket as number 3, nothing else that was ever open."""
    null = os.open("/dev/null", os.O_RDWR)
    moved = os.dup(connection)
    for number in (0, 1, 2):
        os.dup2(null, number)
    os.dup2(moved, SOCKET)
    if not keep:
        os.closerange(SOCKET + 1, 65_536)
    return socket.socket(fileno=SOCKET)


def _serve(sock: socket.socket, shell: Shell, device: str) -> None:
    server, settings = Server(shell.names, shell.cell_of, device), Settings()
    watch_side_doors(server.ban.tell)
    while (frame := receive(sock)) is not None:
        nonce, request = frame[:NONCE_BYTES], wire.decode(frame[NONCE_BYTES:])
        if request["op"] == "cell":
            reply = wire.encode(_run_cell(shell, request, device))
            printed = ""
        elif has_children() and not request.get("swept"):  # of a cell, or of an earlier call
            mourn_in_silence()
            reply, printed = wire.encode({"leftovers": True}), ""
        else:
            bury()
            settings.put_back()
            with captured() as sink:
                reply = server.answer(request)
            printed = sink.getvalue()
        text = printed.encode("utf-8", "backslashreplace")
        send(sock, nonce + struct.pack(">I", len(text)) + text + reply)


def _run_cell(shell: Shell, request: dict[str, Any], device: str) -> dict[str, Any]:
    """What running a cell gave; {"error", "lost"} where the card answers nothing any more after it."""
    ran = shell.run(request["source"], request["label"], request["figures"])
    try:
        await_device(device)
    except Exception as error:  # noqa: BLE001  # of a type that depends on the version
        return {"error": ran["error"] or describe(error, shell.cell_of), "lost": True}
    return ran


def receive(sock: socket.socket) -> bytes | None:
    """One frame; None at the end of the connection."""
    head = _exactly(sock, 4)
    return None if head is None else _exactly(sock, struct.unpack(">I", head)[0])


def _exactly(sock: socket.socket, count: int) -> bytes | None:
    parts = bytearray()
    while len(parts) < count:
        part = sock.recv(count - len(parts))
        if not part:
            return None
        parts += part
    return bytes(parts)


def send(sock: socket.socket, payload: bytes) -> None:
    """One frame."""
    sock.sendall(struct.pack(">I", len(payload)) + payload)
