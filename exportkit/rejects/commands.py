"""Commands: a program that gets one line on standard input and prints the mended line.

Takes a line in chunks, gives what the program printed, or why that cannot be used. Holds one printed line.
The program's standard error stays where it is: what it complains of is between it and whoever wrote it.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import chain

from exportkit.errors import ExportkitError, RowError
from exportkit.json_text import JSON_SPACE

__all__ = ["MAX_PRINTED_BYTES", "Command"]

#: What a program may print for one line: as much as a line that is held whole.
MAX_PRINTED_BYTES = 64 * 2**20
PIPE_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Command:
    """A program, and how long it may take for a line.

    Attributes
    ----------
    words : sequence of str
        The program and its arguments; no shell reads them.
    timeout_seconds : float
        Time for one line; afterwards the program and what it started are killed.
    """

    words: Sequence[str]
    timeout_seconds: float = 60.0

    def mended(self, line: Iterable[bytes]) -> bytes:
        """Run the program on one line and return the line that it printed, without its end.

        Raises
        ------
        RowError
            It took too long, ended with an exit code other than 0, or printed nothing, too much, or more
            than one line.
        ExportkitError
            It cannot be started.
        """
        deadline = time.monotonic() + self.timeout_seconds
        try:
            with self._running() as process:
                printed = _Talk(process, line).until(deadline)
                code = process.wait(max(deadline - time.monotonic(), 0.001))
        except (TimeoutError, subprocess.TimeoutExpired):
            raise RowError(f"the command took longer than {self.timeout_seconds:g} s") from None
        if code:
            told = f"exit code {code}" if code > 0 else signal.Signals(-code).name
            raise RowError(f"the command ended with {told}")
        mended = printed.strip(JSON_SPACE)
        if not mended:
            raise RowError("the command printed nothing")
        if b"\n" in mended:
            raise RowError("the command printed more than one line")
        return mended

    @contextmanager
    def _running(self) -> Iterator[subprocess.Popen[bytes]]:
        """Run the program in a process group of its own, which ends here when the program has not ended."""
        pipe = subprocess.PIPE
        try:
            process = subprocess.Popen(  # noqa: S603 - it is what the user asked for
                self.words, stdin=pipe, stdout=pipe, bufsize=0, start_new_session=True
            )
        except OSError as error:
            raise ExportkitError(
                f"the command {self.words[0]!r} cannot be started: {error.strerror}",
                hint="name a program that is on PATH, or give its path",
            ) from None
        try:
            yield process
        finally:
            if process.returncode is None:  # not waited for, so that its number cannot be another's
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            for end in (process.stdin, process.stdout):
                if end is not None:
                    end.close()


class _Talk:
    """A line going into a program while what it prints comes out, each as soon as the pipe allows it."""

    def __init__(self, process: subprocess.Popen[bytes], line: Iterable[bytes]) -> None:
        assert process.stdin is not None  # noqa: S101 - both are pipes, which types do not say
        assert process.stdout is not None  # noqa: S101 - as above
        self._stdin, self._stdout = process.stdin, process.stdout
        self._chunks = chain(line, (b"\n",))
        self._pending = memoryview(b"")
        self._printed = bytearray()

    def until(self, deadline: float) -> bytes:
        """Return all that the program prints; `TimeoutError` when it goes on beyond `deadline`."""
        os.set_blocking(self._stdin.fileno(), False)
        with selectors.DefaultSelector() as pipes:
            pipes.register(self._stdin, selectors.EVENT_WRITE, self._give)
            pipes.register(self._stdout, selectors.EVENT_READ, self._take)
            while self._stdout in pipes.get_map():
                left = deadline - time.monotonic()
                if left <= 0:
                    raise TimeoutError
                for key, _ in pipes.select(left):
                    if not key.data():
                        pipes.unregister(key.fileobj)
        return bytes(self._printed)

    def _give(self) -> bool:
        """Write some of the line; return whether there is more."""
        while not self._pending:
            chunk = next(self._chunks, None)
            if chunk is None:
                self._stdin.close()
                return False
            self._pending = memoryview(chunk)
        try:
            written = os.write(self._stdin.fileno(), self._pending[:PIPE_BYTES])
        except BrokenPipeError:  # it has read enough
            return False
        self._pending = self._pending[written:]
        return True

    def _take(self) -> bool:
        """Read some of what the program prints; return whether there may be more."""
        some = os.read(self._stdout.fileno(), PIPE_BYTES)
        self._printed += some
        if len(self._printed) > MAX_PRINTED_BYTES:
            raise RowError(f"the command printed more than {MAX_PRINTED_BYTES >> 20} MiB")
        return bool(some)
