"""Canvas's REST API, as far as we need it: pages of a list, a form to send, a file to download.

The token goes to the address of course.toml alone, by https, and is in no message: a redirect to another host is
followed without it. Answers are capped. Canvas throttles with 429, or 403 and "Rate Limit Exceeded".
"""

import json
import os
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx

from autograder.errors import ConvgradeError, CourseError
from autograder.text.escape import terminal

TOKEN = "CANVAS_TOKEN"
_MAX_ANSWER = 50_000_000  # bytes of one page of a list
_MAX_PAGES = 2000
_MAX_REDIRECTS = 5
_TRIES = 6
_MAX_PAUSE = 120.0  # seconds
_TIMEOUT = httpx.Timeout(60.0, connect=15.0)
_BROKEN_OFF = 599  # no answer of Canvas's: it was cut off
_MEANINGS = {
    401: "Canvas refuses the token: it is wrong, or has expired",
    403: "Canvas forbids this: the token's owner must be a teacher of the course there",
    404: "Canvas does not know it: compare [canvas] of course.toml with the address of the course",
}


class CanvasRefused(ConvgradeError):
    """Canvas, or the way to it, said no; `status` is the answer's number, 0 where there was none."""

    def __init__(self, what: str, status: int = 0) -> None:
        super().__init__(what)
        self.status = status


def read_token(file: Path | None) -> str:
    """The token from the environment or from a file that nobody else may read. Raises CourseError."""
    if file is None:
        token, where = os.environ.get(TOKEN, ""), f"the environment variable {TOKEN}"
    else:
        if stat.S_IMODE(file.stat().st_mode) & 0o077:
            raise CourseError("others can read the file with the token", str(file), f"chmod 600 {file}")
        with file.open("rb") as opened:
            token, where = opened.read(4097).decode("ascii", "replace").strip(), str(file)
    if not token:
        todo = f"make one in Canvas (Account, Settings, New Access Token) and set {TOKEN}, or give --token-file"
        raise CourseError("there is no token for Canvas", where, todo)
    if len(token) > 4096 or not all("!" <= character <= "~" for character in token):
        raise CourseError("this is no token: it has spaces, lines or other signs", where, "copy it once more")
    return token


class CanvasClient:
    """One Canvas, for one token. Closed with `with`."""

    def __init__(self, address: str, token: str, say: Callable[[str], object]) -> None:
        self._base = httpx.URL(address.rstrip("/"))
        self._local = self._base.host == "127.0.0.1"
        self._token = token.encode()
        self._secret = {"Authorization": f"Bearer {token}"}
        self._say, self.wait = say, time.sleep
        self._http = httpx.Client(timeout=_TIMEOUT, trust_env=not self._local, headers={"Accept-Encoding": "identity"})

    def __enter__(self) -> "CanvasClient":
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def one(self, route: str) -> dict[str, Any]:
        """One object. Raises CanvasRefused."""
        return _object(self._send("GET", self._url(route), _MAX_ANSWER)[1])

    def all(self, route: str, **query: Any) -> Iterator[dict[str, Any]]:
        """Every item of a list, page by page: Canvas says where the next page is. Raises CanvasRefused."""
        asked = [(f"{name}[]" if isinstance(value, tuple) else name, value) for name, value in query.items()]
        values = [(name, each) for name, value in asked for each in (value if isinstance(value, tuple) else (value,))]
        url: httpx.URL | None = self._url(route).copy_with(params=[*values, ("per_page", "100")])
        seen: set[str] = set()
        while url:
            if str(url) in seen or len(seen) >= _MAX_PAGES:
                raise CanvasRefused("Canvas's list does not end")
            seen.add(str(url))
            headers, raw = self._send("GET", url, _MAX_ANSWER)
            yield from objects_in(_parsed(raw, list))
            url = self._next(url, headers)

    def form(self, method: str, route: str, fields: Mapping[str, str]) -> dict[str, Any]:
        """What Canvas says to a form, by PUT or POST. Raises CanvasRefused."""
        return _object(self._send(method, self._url(route), _MAX_ANSWER, fields)[1])

    def file(self, address: str, most: int) -> bytes:
        """A file, at most one byte more than `most`. Raises CanvasRefused."""
        return self._send("GET", httpx.URL(address), most)[1]

    def _url(self, route: str) -> httpx.URL:
        return self._base.copy_with(path=f"/api/v1/{route}")

    def _next(self, url: httpx.URL, headers: httpx.Headers) -> httpx.URL | None:
        """Where the next page is, by the header Link. Raises CanvasRefused where that is another host."""
        links = httpx.Response(200, headers=headers).links
        if "url" not in links.get("next", {}):
            return None
        try:
            following = url.join(links["next"]["url"])
        except httpx.InvalidURL:
            raise CanvasRefused("Canvas's next page is at no address") from None
        if not self._ours(following):
            raise CanvasRefused(f"Canvas's next page is at another host: {terminal(following.host, 80)}")
        return following

    def _ours(self, url: httpx.URL) -> bool:
        """Whether it is the same host, in the same way: only there the token may go."""
        return (url.scheme, url.host, url.port) == (self._base.scheme, self._base.host, self._base.port)

    def _send(
        self, method: str, url: httpx.URL, most: int, form: Mapping[str, str] | None = None
    ) -> tuple[httpx.Headers, bytes]:
        """Headers and body, after as many pauses as Canvas asks for. Raises CanvasRefused."""
        for attempt in range(_TRIES):
            status, headers, raw = self._asked(method, url, most, form)
            if status < 300:
                return headers, raw
            throttled = status == 429 or (status == 403 and b"rate limit exceeded" in raw[:1000].lower())
            if not throttled and not (method == "GET" and status >= 500):
                raise CanvasRefused(_sentence(status, raw.replace(self._token, b"...")), status)
            pause = _pause(headers, attempt)
            if attempt < _TRIES - 1:
                why = "its answer was cut off" if status == _BROKEN_OFF else status
                self._say(f"Canvas is busy ({why}): next try in {pause:g} s")
                self.wait(pause)
        raise CanvasRefused("Canvas stays busy: run the same command again later; what is done stays done", status)

    def _asked(
        self, method: str, url: httpx.URL, most: int, form: Mapping[str, str] | None
    ) -> tuple[int, httpx.Headers, bytes]:
        """The answer; one that was cut off is read again like 5xx, and not sent again. Raises CanvasRefused."""
        try:
            return self._followed(method, url, most, form)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            why = terminal(str(error) or type(error).__name__, 200)
            cut_off = isinstance(error, httpx.ReadError | httpx.ReadTimeout) or "without sending" in why  # httpx says
            if cut_off and method == "GET":
                return _BROKEN_OFF, httpx.Headers(), b""
            what = "Canvas's answer was cut off" if cut_off else "Canvas cannot be reached"
            raise CanvasRefused(f"{what}: {why}") from None

    def _followed(
        self, method: str, url: httpx.URL, most: int, form: Mapping[str, str] | None
    ) -> tuple[int, httpx.Headers, bytes]:
        """The last answer of a chain of redirects; a form is sent once. Raises CanvasRefused, httpx.HTTPError."""
        for _ in range(_MAX_REDIRECTS):
            if url.scheme != "https" and not (self._local and url.host == "127.0.0.1"):
                raise CanvasRefused(f"not by https: {terminal(url.host, 80)}; nothing is asked there")
            secret = self._secret if self._ours(url) else {}
            with self._http.stream(method, url, headers=secret, data=form) as response:
                if not response.is_redirect or method != "GET":
                    return response.status_code, response.headers, _capped(response, most)
                url = url.join(response.headers.get("location", ""))
        raise CanvasRefused("Canvas sends us from one address to the next without end")


def _capped(response: httpx.Response, most: int) -> bytes:
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > most:
            break
    return bytes(body[: most + 1])


def _pause(headers: httpx.Headers, attempt: int) -> float:
    """Seconds until the next try: as Canvas says, else twice as many each time."""
    asked = headers.get("retry-after", "")
    return min(float(asked), _MAX_PAUSE) if asked.isdecimal() and asked.isascii() else 2.0**attempt


def objects_in(value: object) -> list[dict[str, Any]]:
    """The objects of a list, as JSON has it; none where it is no list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _object(raw: bytes) -> dict[str, Any]:
    found: dict[str, Any] = _parsed(raw, dict)
    return found


def _parsed(raw: bytes, kind: type[Any]) -> Any:
    """JSON of this kind. Raises CanvasRefused."""
    try:
        value = json.loads(raw) if len(raw) <= _MAX_ANSWER else None
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, kind):
        raise CanvasRefused("Canvas's answer is not understood: is the address in [canvas] of course.toml right?")
    return value


def _sentence(status: int, raw: bytes) -> str:
    """What an answer means, with what Canvas says itself."""
    try:
        told = json.loads(raw[:20_000])
        errors = told.get("errors", told.get("message", "")) if isinstance(told, dict) else ""
        said = terminal(errors if isinstance(errors, str) else json.dumps(errors, ensure_ascii=False), 200)
    except (ValueError, RecursionError):
        said = ""
    return f"{_MEANINGS.get(status, f'Canvas answers {status}')}{f' ({said})' if said else ''}"
