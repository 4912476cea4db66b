"""Runs a Python program's main file, unchanged, as an inline program of the Automation API.

Usage: inline.py MAIN preview|up. Prints the outputs as JSON. This machine may have no language host for Python; an
inline program needs none, and the engine, the SDK and the plugin are the real ones.
"""

from __future__ import annotations

import json
import os
import runpy
import sys

from pulumi import automation


def main() -> None:
    """Run the program in the folder that is the working directory."""
    main_file, operation = sys.argv[1:]
    stack = automation.create_or_select_stack(
        stack_name="dev",
        project_name="preload-jobs",
        program=lambda: runpy.run_path(main_file, run_name="__main__") and None,
        opts=automation.LocalWorkspaceOptions(work_dir=os.getcwd(), env_vars=dict(os.environ)),
    )
    try:
        if operation == "preview":
            changes = stack.preview(on_output=lambda line: print(line, file=sys.stderr)).change_summary
            print(json.dumps({str(getattr(kind, "value", kind)): count for kind, count in changes.items()}))
        else:
            outputs = stack.up(on_output=lambda line: print(line, file=sys.stderr)).outputs
            print(json.dumps({name: output.value for name, output in outputs.items()}))
    except automation.CommandError as error:
        print(error, file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
