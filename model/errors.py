"""What can go wrong with a network file; `serve/cli.py` maps the tree to an exit status."""

from __future__ import annotations


class ModelError(Exception):
    """A network file cannot be used; the message says which and why."""


class ModelTampered(ModelError):
    """The bytes of a network file are not the ones that its manifest names."""


class ExternalData(ModelError):
    """A network file names other files to be read, which is refused."""


class BadMetadata(ModelError):
    """A network file carries no metadata, or metadata of another kind or version."""


class BadBundle(ModelError):
    """A bundle lacks one of its parts, or its parts do not belong together."""
