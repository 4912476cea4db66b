"""From arguments to an exit code; every exception ends here."""

from __future__ import annotations

from collections.abc import Sequence

import click

from . import say
from .commands import cli
from .exit_codes import COULD_NOT_TELL, INTERRUPTED, PIPE_CLOSED
from .faults import error_lines, is_defect
from .files import PipeClosed


def run(arguments: Sequence[str]) -> int:
    """The exit code; faults are on stderr by then."""
    try:
        result = cli.main(args=list(arguments), prog_name="alicloud-esa", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.ClickException as error:
        _usage(error, arguments)
    except click.Abort:
        say.error("interrupted")
        return INTERRUPTED
    except PipeClosed:
        return PIPE_CLOSED
    except Exception as error:
        if is_defect(error):
            say.traceback_of(error)
        for line in error_lines(error):
            say.error(line)
    return COULD_NOT_TELL


def _usage(error: click.ClickException, arguments: Sequence[str]) -> None:
    context = getattr(error, "ctx", None)
    if not arguments or (context is not None and error.format_message().startswith("Usage:")):
        # A group was given without a command: show its help.
        click.echo(error.format_message(), err=True)
        return
    path = context.command_path if context is not None else "alicloud-esa"
    say.error(f"{' '.join(error.format_message().split())} ({path} --help lists what is accepted)")
