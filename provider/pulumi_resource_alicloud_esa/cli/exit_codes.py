"""What the command's exit codes say; stated here only."""

CLEAN = 0
# Also wrong usage, never click's own 2: with --detailed-exitcode that says "drift".
COULD_NOT_TELL = 1
# As terraform's, with --detailed-exitcode.
DETAILED_DRIFT = 2
# As the Pulumi engine's under --expect-no-changes.
DRIFT = 7
INTERRUPTED = 130
# 128 + SIGPIPE: what a shell reports of any command whose reader went away.
PIPE_CLOSED = 141
