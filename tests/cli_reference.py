"""Makes `docs/cli.md` from the commands themselves: `python -m tests.cli_reference > docs/cli.md`.

A test fails while the file differs from what this prints.
"""

from __future__ import annotations

from collections.abc import Iterator

import click

from scarscore.serve.cli import root

HEAD = """# Command line
Made from the commands themselves: `python -m tests.cli_reference > docs/cli.md`. A test compares the two.
"""


def commands(command: click.Command, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command below this one, with the words that call it."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from commands(found, (*path, name))


def reference() -> str:
    """The whole reference, a heading and the help for each command."""
    parts = [HEAD]
    for path, command in commands(root, ("scarscore",)):
        context = click.Context(
            command, info_name=" ".join(path), terminal_width=100, max_content_width=100, **root.context_settings
        )
        parts.append(f"## `{' '.join(path)}`\n```text\n{command.get_help(context)}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    print(reference(), end="")
