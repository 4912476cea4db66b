"""Entry point of `alicloud-esa`: whatever happens ends in an exit code and at most one line for each fault."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from typing import NoReturn

from .exit_codes import COULD_NOT_TELL, INTERRUPTED


def main() -> None:
    """Run the command with the arguments of this process."""
    # The first signal of a CI runner that cancels a job: handled like Ctrl-C, child processes included.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        # Imported here, so that Ctrl-C during the imports shows no traceback either.
        from .run import run

        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        code = INTERRUPTED
    except Exception as error:  # such as an installation that lacks a package
        sys.stderr.write(f"error: alicloud-esa cannot start: {type(error).__name__}: {error}\n")
        code = COULD_NOT_TELL
    _leave(code)


def _leave(code: int) -> NoReturn:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()
    if any(thread is not threading.main_thread() and not thread.daemon for thread in threading.enumerate()):
        # A normal exit would wait for the thread of a page that hangs in a connect.
        os._exit(code)
    sys.exit(code)
