"""When the newest commit of a student's repository was made. Nothing of the repository is executed or configures git.

A repository can name programs that git starts: hooks, a pager, a file system monitor, a program that checks signatures,
a remote for missing objects. So git is never run *in* it: a repository of ours, with an empty configuration, borrows
its objects, and reads one of them. Links in place of its own files are refused. The time is the committer's word.
"""

import os
import re
import resource
import subprocess
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from autograder.intake.times import When
from autograder.submission.find import Found

_DIGEST = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_REF = re.compile(r"ref: (refs/[\w./+@-]{1,200})")
_COMMITTER = re.compile(rb"^committer [^\n]*> (\d{1,11}) [+-]\d{4}$", re.MULTILINE)
_SECONDS = 10
_MEMORY = 1_000_000_000


def commit_time(clone: Path) -> When:
    """The time of the commit that was checked out; where it cannot be read, a sentence why."""
    try:
        digest = _head(clone / ".git")
        raw = _commit(clone / ".git", digest)
        found = _COMMITTER.search(raw.split(b"\n\n", 1)[0])
        if found:
            return When(datetime.fromtimestamp(int(found[1]), UTC))
    except (OSError, ValueError, OverflowError, subprocess.SubprocessError) as error:
        return When(doubt=f"the repository's last commit cannot be read ({type(error).__name__})")
    return When(doubt="the repository's last commit has no time")


def _head(git: Path) -> str:
    """The digest of the commit that is checked out. Raises OSError, ValueError."""
    text = _line(git / "HEAD")
    found = _REF.fullmatch(text)
    if found and ".." not in found[1]:
        text = _loose(git, found[1]) or _packed(git, found[1])
    if not _DIGEST.fullmatch(text):
        raise ValueError("no commit")
    return text


def _loose(git: Path, ref: str) -> str:
    path = git / ref
    if any(folder.is_symlink() for folder in (path, *path.parents) if folder.is_relative_to(git)):
        raise OSError("a link")
    return _line(path) if path.is_file() else ""


def _packed(git: Path, ref: str) -> str:
    text = Found("", "", "", git / "packed-refs").read().decode("utf-8", "replace")
    return next((line.split(" ", 1)[0] for line in text.splitlines() if line.endswith(f" {ref}")), "")


def _line(path: Path) -> str:
    return Found("", "", "", path).read()[:1000].decode("utf-8", "replace").strip()


def _commit(git: Path, digest: str) -> bytes:
    """The commit object, read by git from a repository of ours. Raises OSError, SubprocessError."""
    objects = git / "objects"
    if any(path.is_symlink() or not path.is_dir() for path in (git, objects)) or (objects / "info/alternates").exists():
        raise OSError("not a repository of its own")
    with tempfile.TemporaryDirectory() as home:
        ours = Path(home)
        (ours / "refs").mkdir()
        (ours / "HEAD").write_text("ref: refs/heads/none\n")
        (ours / "config").write_text(f"[core]\n\trepositoryformatversion = {int(len(digest) > 40)}\n\tbare = true\n"
                                     + "[extensions]\n\tobjectformat = sha256\n" * (len(digest) > 40))  # fmt: skip
        done = subprocess.run(
            ["git", "cat-file", "commit", digest],
            env={
                "PATH": os.environ.get("PATH", os.defpath), "HOME": home, "LC_ALL": "C", "GIT_DIR": home,
                "GIT_OBJECT_DIRECTORY": str(objects), "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull,
                "GIT_NO_REPLACE_OBJECTS": "1", "GIT_TERMINAL_PROMPT": "0", "GIT_ALLOW_PROTOCOL": "",
            },
            cwd=home, stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS, check=True, preexec_fn=_limit,
        )  # fmt: skip
    return done.stdout[:1_000_000]


def _limit() -> None:
    """A packed object may say that it unpacks to anything."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
