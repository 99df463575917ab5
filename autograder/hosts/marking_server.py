"""The marking page on this machine: 127.0.0.1 only, a random token in the address, nothing from anywhere else."""

import contextlib
import json
import secrets
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.ioloop import IOLoop
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

from autograder.course import Exercise
from autograder.errors import ConvgradeError, UsageError
from autograder.gradebook.marks import AnswerChanged
from autograder.hosts.marking import Desk

_HEADERS = {
    "Content-Security-Policy": "frame-ancestors 'none'",  # the page itself names every byte of its script and style
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_LARGEST = 100_000  # bytes of a request


def serve_marking(desk: Desk, question: Exercise, port: int, on_start: Callable[[str], None]) -> None:
    """Until Ctrl-C. `on_start` gets the address with its token; port 0 is any that is free. Raises OSError."""
    token = secrets.token_urlsafe(24)
    sockets = bind_sockets(port, "127.0.0.1")
    host = f"127.0.0.1:{sockets[0].getsockname()[1]}"
    server = HTTPServer(application(desk, token, host), max_body_size=_LARGEST, max_buffer_size=_LARGEST)
    server.add_sockets(sockets)
    try:
        on_start(f"http://{host}/{token}/{question.name}")
        IOLoop.current().start()
    finally:
        server.stop()


@contextlib.contextmanager
def way_in(folder: Path) -> Iterator[Callable[[str], str]]:
    """From an address to that of a file which leads there and only its owner can read, while it is needed.

    Every user of the machine sees what a browser is started with, so that must not be the token.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=folder, prefix="mark-", suffix=".html", encoding="utf-8") as file:

        def lead_to(address: str) -> str:
            file.write(f'<!doctype html><meta http-equiv="refresh" content="0; url={address}"><title>Marking</title>')
            file.flush()
            return Path(file.name).absolute().as_uri()

        yield lead_to


def application(desk: Desk, token: str, host: str) -> Application:
    """The two things that can be asked: an answer's page, and a mark to be kept."""
    facts = {"desk": desk, "token": token, "host": host}
    return Application([(r"/([\w-]+)/(\w+)", _Answers, facts)], log_function=lambda _: None)


class _Answers(RequestHandler):
    def initialize(self, desk: Desk, token: str, host: str) -> None:
        self.desk, self.token, self.host = desk, token, host

    def prepare(self) -> None:
        """Refuses another site that makes this browser ask: it knows no token, and another name leads nowhere."""
        token = self.request.path.split("/")[1]
        if self.request.host != self.host or not secrets.compare_digest(token.encode(), self.token.encode()):
            self._refuse(404, "there is no such page; open the address that convgrade mark printed")
        elif self.request.method == "POST":
            origin = self.request.headers.get("Origin", f"http://{self.host}")
            told = self.request.headers.get("X-Convgrade-Token", "")
            if origin != f"http://{self.host}" or not secrets.compare_digest(told.encode(), self.token.encode()):
                self._refuse(403, "this did not come from the marking page")

    def get(self, _token: str, name: str) -> None:
        question = self._question(name)
        if question:
            key, choice = self.get_query_argument("at", ""), self.get_query_argument("show", "")
            self._answer(lambda: self.desk.page(question, key, choice))

    def post(self, _token: str, name: str) -> None:
        question = self._question(name)
        if question:
            self._answer(lambda: json.dumps({"next": self.desk.click(question, self._said())}))

    def set_default_headers(self) -> None:
        self.clear_header("Server")
        for header, value in _HEADERS.items():
            self.set_header(header, value)

    def write_error(self, status_code: int, **_about: Any) -> None:
        self._refuse(status_code, "this cannot be done here")

    def _question(self, name: str) -> Exercise | None:
        try:
            return self.desk.question(name)
        except UsageError as error:
            self._refuse(404, str(error))
            return None

    def _said(self) -> dict[str, Any]:
        try:
            said = json.loads(self.request.body)
        except ValueError:
            raise UsageError("this is no mark") from None
        if not isinstance(said, dict):
            raise UsageError("this is no mark")
        return said

    def _answer(self, make: Callable[[], str]) -> None:
        """What is made; where it cannot be, one sentence: the gradebook may be locked, the answer another one."""
        try:
            made = make()
        except AnswerChanged as error:
            self._refuse(409, str(error))
        except UsageError as error:
            self._refuse(400, str(error))
        except (ConvgradeError, OSError) as error:
            self._refuse(503, str(error))
        else:
            self._end(made)

    def _end(self, text: str) -> None:
        json_asked = self.request.method == "POST"
        self.set_header("Content-Type", f"{'application/json' if json_asked else 'text/html'}; charset=utf-8")
        self.finish(text)

    def _refuse(self, status: int, sentence: str) -> None:
        """As the page's script reads it, or as plain text."""
        self.set_status(status)
        if self.request.method == "POST":
            self._end(json.dumps({"error": sentence}))
        else:
            self.set_header("Content-Type", "text/plain; charset=utf-8")
            self.finish(f"{sentence}\n")
