"""A small Canvas on 127.0.0.1: the routes of its REST API that we use, in pages, for one token; all else is 404."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import takewhile
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

TOKEN = "7~sEcReTtOkEn"
COURSE, ASSIGNMENT = 4711, 88
_HERE = f"/api/v1/courses/{COURSE}"
_ONE = f"{_HERE}/assignments/{ASSIGNMENT}"


def person(number: int, name: str, login: str = "", kind: str = "StudentEnrollment") -> dict[str, Any]:
    last = name.split(" ")[-1]
    first = name.removesuffix(last).strip()
    about = {"name": name, "sortable_name": f"{last}, {first}", "login_id": login, "email": f"{login}@x.edu"}
    return {"id": number, **about, "enrollments": [{"type": kind}]}


class CanvasStub(ThreadingHTTPServer):
    """What is there, what was asked for, and what goes wrong: (method, path) → answers that come first."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.people: list[dict[str, Any]] = []
        self.submissions: dict[int, dict[str, Any]] = {}
        self.files: dict[str, bytes] = {}
        self.elsewhere: dict[str, str] = {}  # path → where it redirects to
        self.assignment: dict[str, Any] = {"grading_type": "points", "points_possible": 100}
        self.trouble: dict[tuple[str, str], list[tuple[int, dict[str, str], bytes]]] = {}
        self.asked: list[tuple[str, str, str]] = []  # method, path with query, the header Authorization
        self.forms: list[dict[str, str]] = []  # what each person was given, by either route
        self.jobs: dict[int, list[str]] = {}  # of each job the states that it will still have
        self.slow = 0  # how many questions find a job running
        self.stops_at: set[int] = set()  # people at whom a job stops, as Canvas's do where one cannot be graded
        self.per_page = 2

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def submit(self, number: int, *attempts: dict[str, Any]) -> None:
        """Somebody hands in; the last attempt is the one that Canvas shows."""
        last = attempts[-1] if attempts else {}
        user = next((each for each in self.people if each["id"] == number), {"id": number, "name": f"N {number}"})
        fields = {"user_id": number, "user": user, "score": None, "entered_score": None, "submission_comments": []}
        self.submissions[number] = last | fields | {"submission_history": list(attempts)}

    def upload(self, file: int, raw: bytes, at: str, name: str = "tiny.ipynb") -> dict[str, Any]:
        """An attempt with one file."""
        self.files[f"/files/{file}/download"] = raw
        url = f"{self.url}/files/{file}/download?verifier=v"
        attached = {"id": file, "display_name": name, "size": len(raw), "url": url}
        return {"submission_type": "online_upload", "submitted_at": at, "attachments": [attached]}

    def downloads(self) -> list[str]:
        return [path for _, path, _ in self.asked if path.startswith("/files/")]


class _Handler(BaseHTTPRequestHandler):
    server: CanvasStub

    def log_message(self, *_: object) -> None:
        """Nothing."""

    def do_GET(self) -> None:
        self._answer("GET")

    def do_PUT(self) -> None:
        self._answer("PUT")

    def do_POST(self) -> None:
        self._answer("POST")

    def _answer(self, method: str) -> None:
        stub, path = self.server, urlsplit(self.path).path
        stub.asked.append((method, self.path, self.headers.get("Authorization", "")))
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        if waiting := stub.trouble.get((method, path)):
            self._say(*waiting.pop(0))
        elif path in stub.elsewhere:
            self._say(302, {"Location": stub.elsewhere[path]}, b"")
        elif path in stub.files:
            self._say(200, {}, stub.files[path])
        elif self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self._say(401, {}, b'{"errors": [{"message": "Invalid access token."}]}')
        else:
            self._route(method, path, body)

    def _route(self, method: str, path: str, body: str) -> None:
        stub, query = self.server, parse_qs(urlsplit(self.path).query)
        put = re.fullmatch(rf"{_ONE}/submissions/(\d+)", path)
        if method == "GET" and path == f"{_HERE}/users":
            kinds = {"student": "StudentEnrollment", "student_view": "StudentViewEnrollment"}
            wanted = {kinds[kind] for kind in query["enrollment_type[]"]}
            self._page([each for each in stub.people if each["enrollments"][0]["type"] in wanted], query)
        elif method == "GET" and path == f"{_ONE}/submissions":
            self._page(list(stub.submissions.values()), query)
        elif method == "GET" and path == _ONE:
            self._say(200, {}, json.dumps(stub.assignment).encode())
        elif method == "PUT" and put and int(put[1]) in stub.submissions:
            self._grade_one(stub.submissions[int(put[1])], dict(parse_qsl(body)))
        elif method == "POST" and path == f"{_ONE}/submissions/update_grades":
            self._grade_many(parse_qsl(body))
        elif method == "GET" and (job := re.fullmatch(r"/api/v1/progress/(\d+)", path)) and int(job[1]) in stub.jobs:
            self._progress(int(job[1]))
        else:
            self._say(404, {}, b'{"errors": [{"message": "The specified resource does not exist."}]}')

    def _grade_one(self, submission: dict[str, Any], form: dict[str, str]) -> None:
        homes = {"submission[posted_grade]": "posted_grade", "comment[text_comment]": "text_comment"}
        self._grade(submission, {homes[key]: value for key, value in form.items()})
        self._say(200, {}, json.dumps(submission).encode())

    def _grade_many(self, form: list[tuple[str, str]]) -> None:
        """A job: person by person, in the order of the form; whom it does not know it passes over, and has failed."""
        data: dict[int, dict[str, str]] = {}
        for key, value in form:
            parts = re.fullmatch(r"grade_data\[(\d+)\]\[(posted_grade|text_comment)\]", key)
            assert parts, key
            data.setdefault(int(parts[1]), {})[parts[2]] = value
        if not data:
            self._say(400, {}, b'{"error": "\'grade_data\' parameter required"}')
            return
        stub, number = self.server, 700 + len(self.server.jobs)
        known = [person for person in data if person in stub.submissions]
        done = list(takewhile(lambda person: person not in stub.stops_at, known))
        for person in done:
            self._grade(stub.submissions[person], data[person])
        end = "completed" if len(done) == len(data) else "failed"
        stub.jobs[number] = ["queued", *["running"] * stub.slow, end]
        self._progress(number)

    def _grade(self, submission: dict[str, Any], given: dict[str, str]) -> None:
        self.server.forms.append(given)
        if "posted_grade" in given:
            submission["score"] = submission["entered_score"] = float(given["posted_grade"])
        if "text_comment" in given:
            submission["submission_comments"].append({"comment": given["text_comment"]})

    def _progress(self, number: int) -> None:
        """How far a job is, as Canvas says it; the last state stays."""
        states = self.server.jobs[number]
        state = states.pop(0) if len(states) > 1 else states[0]
        about = {"id": number, "tag": "submissions_update", "context_type": "Course", "context_id": COURSE}
        url = f"{self.server.url}/api/v1/progress/{number}"
        self._say(200, {}, json.dumps(about | {"workflow_state": state, "message": None, "url": url}).encode())

    def _page(self, items: list[Any], query: dict[str, list[str]]) -> None:
        """One page; Canvas gives fewer than were asked for, and says in Link where the next one is."""
        number, size = int(query.get("page", ["1"])[0]), self.server.per_page
        headers = {}
        if number * size < len(items):
            rest = re.sub(r"&page=\d+", "", self.path)
            links = (
                f'<{self.server.url}{rest}&page={page}>; rel="{rel}"'
                for page, rel in ((1, "first"), (number + 1, "next"))
            )
            headers = {"Link": ",".join(links)}
        self._say(200, headers, json.dumps(items[(number - 1) * size : number * size]).encode())

    def _say(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def running() -> Iterator[CanvasStub]:
    """One that answers until the block ends."""
    with CanvasStub() as stub:
        thread = Thread(target=stub.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield stub
        finally:
            stub.shutdown()
            thread.join()
