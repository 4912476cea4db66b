"""What makes a shell complete the command's words."""

from __future__ import annotations

import click

_SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(_SHELLS))
def completion(shell: str) -> int:
    """Show what makes a shell complete the command's words.

    \b
    bash, in ~/.bashrc:                   eval "$(alicloud-esa completion bash)"
    zsh, in ~/.zshrc:                     eval "$(alicloud-esa completion zsh)"
    fish, in ~/.config/fish/config.fish:  alicloud-esa completion fish | source
    """
    from click.shell_completion import get_completion_class

    root = click.get_current_context().find_root().command
    made = get_completion_class(shell)
    if made is not None:
        click.echo(made(root, {}, "alicloud-esa", "_ALICLOUD_ESA_COMPLETE").source())
    return 0
