"""What a repeated pull remembers, and files that are whole or not there at all.

The state is a JSON file: for each collection (and filter) the
``X-TAXII-Date-Added-Last`` up to which everything is safely in the output. It is
replaced only after the output has reached the disk, so a crash repeats work and
loses nothing. Appending cannot be undone by a rename, so before lines are appended
the state notes where the file ended; if it still does at the next start, the lines
behind that point are an unfinished pull's and are cut off before they come again.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from taxii_server.client.session import ClientError


@dataclass(slots=True)
class PullState:
    """The content of a state file."""

    added_after: dict[str, str] = field(default_factory=dict)  # by collection URL and filter
    appending_to: str | None = None  # file that is being appended to
    appending_from: int = 0  # its length in bytes before that

    @classmethod
    def load(cls, path: Path) -> PullState:
        """Read a state file; a missing one is an empty state.

        Raises:
            ClientError: It is something else.
        """
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
            return cls._from_document(document)
        except FileNotFoundError:
            return cls()
        except OSError as exc:
            raise ClientError(f"{path} cannot be read: {exc.strerror}.") from exc
        except (ValueError, KeyError, TypeError, AttributeError) as exc:
            raise ClientError(
                f"{path} is not a state that pull wrote; remove it to pull everything again."
            ) from exc

    @classmethod
    def _from_document(cls, document: Any) -> PullState:
        dates = document["added_after"]
        appending = document.get("appending")
        if not all(isinstance(text, str) for pair in dates.items() for text in pair):
            raise TypeError
        if appending is None:
            return cls(dates)
        return cls(dates, str(appending["file"]), int(appending["length"]))

    def save(self, path: Path) -> None:
        """Replace the state file."""
        document: dict[str, Any] = {"added_after": self.added_after}
        if self.appending_to is not None:
            document["appending"] = {"file": self.appending_to, "length": self.appending_from}
        with replacing(path) as file:
            file.write(json.dumps(document, indent=2).encode() + b"\n")

    def undo_unfinished(self) -> None:
        """Cut off what a pull that never ended has appended."""
        if self.appending_to is None:
            return
        path = Path(self.appending_to)
        try:
            with path.open("r+b") as file:
                if file.seek(0, os.SEEK_END) > self.appending_from:
                    file.truncate(self.appending_from)
                    os.fsync(file.fileno())
        except FileNotFoundError:
            pass  # moved away since: there is nothing to cut
        except OSError as exc:
            raise ClientError(f"{path} cannot be repaired: {exc.strerror}.") from exc
        self.appending_to = None


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """Open a new file that takes the place of ``path`` at the end, on disk; on error nothing does.

    Raises:
        ClientError: It cannot be written.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            part.chmod(path.stat().st_mode & 0o7777)
        part.replace(path)
        sync_folder(path.parent)
    except OSError as exc:
        raise ClientError(f"{path} cannot be written: {exc.strerror}.") from exc
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep other pulls with this state file out, by a lock file beside it.

    Raises:
        ClientError: One is running.
    """
    lock = path.with_name(f".{path.name}.lock")
    try:
        file = lock.open("wb")
    except OSError as exc:
        raise ClientError(f"{lock} cannot be written: {exc.strerror}.") from exc
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            raise ClientError(f"Another pull is using {path}; let it end first.") from exc
        yield


def sync_folder(folder: Path) -> None:
    """Make renames and new files in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
