"""What can go wrong in serving. A photo that cannot be scored is none of it: that is an answer, a `Refusal`.

`serve/cli.py` maps this tree, and those of `model` and `datasets`, to an exit status; nothing else does.
"""

from __future__ import annotations


class ServeError(Exception):
    """The command cannot go on; the message says why and what to do."""


class UsageError(ServeError):
    """The command was asked for something that it cannot do; nothing has been touched."""


class OutputError(ServeError):
    """A result cannot be written: no space, no permission, or somebody else is writing there."""


class WorkerError(ServeError):
    """The processes that score photos cannot be started at all."""
