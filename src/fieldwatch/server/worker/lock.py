"""One worker at a time: a lock on a file of the data folder, which the system lets go when its process dies, however it dies."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


class Lock:
    """The lock of a data folder."""

    def __init__(self, data: Path) -> None:
        data.mkdir(parents=True, exist_ok=True)
        self.path = data / "worker.lock"
        self._file: int | None = None

    def take(self) -> bool:
        """True where this process has it now; False where another one has."""
        if self._file is not None:
            return True
        file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o640)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        os.ftruncate(file, 0)
        os.write(file, f"{os.getpid()}\n".encode())
        self._file = file
        return True

    def give_back(self) -> None:
        """Lets another process have it."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
