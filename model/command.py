"""`scarscore models`: which bundles of networks there are, what they may be used for, and their cards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from scarscore.model.bundles import ModelBundle

json_option = click.option("--json", "as_json", is_flag=True, help="Write JSON instead.")


@click.group()
def models() -> None:
    """List the bundles of networks, and show their cards.

    A bundle is a severity network with its calibration, a region network and a model card, under one name and
    version. Wherever photos are scored, `--model` takes one by name, or the path of a folder or zip that holds one.
    """


@models.command("list")
@json_option
def list_command(as_json: bool) -> None:
    """List the bundles of this installation, every file verified."""
    from scarscore.model.bundles import open_model, shipped_names

    rows = [describe(open_model(name)) for name in shipped_names()]
    if as_json:
        _print_json(rows)
    else:
        _print_table(rows)


@models.command("show")
@click.argument("model", metavar="NAME|PATH")
@json_option
def show_command(model: str, as_json: bool) -> None:
    """Print a bundle's model card, or with --json all that its files say of themselves.

    NAME is one of `scarscore models list`; PATH a folder or zip that holds a bundle, or an .onnx file.
    """
    from scarscore.model.bundles import open_model

    bundle = open_model(model)
    if as_json:
        _print_json(describe(bundle) | {"card": bundle.card})
        return
    if bundle.card is None:
        told = describe(bundle)
        click.echo(f"{told['name']} {told['version']}, licence class {told['licence_class']}: a bare network, no card")
        return
    click.echo(bundle.card.rstrip("\n"))


def describe(bundle: ModelBundle) -> dict[str, Any]:
    """What a bundle's files say of themselves, as JSON values: sources, licence classes, sizes in bytes, SHA-256."""
    networks = {
        part: {
            "name": network.metadata.name,
            "version": network.metadata.version,
            "licence_class": network.metadata.licence_class,
            "sources": list(network.metadata.sources),
            "sha256": network.sha256,
            "bytes": len(network.data),
        }
        for part, network in (("severity", bundle.severity), ("regions", bundle.regions))
    }
    return {"name": bundle.name, "version": bundle.version, "licence_class": bundle.licence_class, **networks}


def _print_json(value: object) -> None:
    import json

    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def _print_table(rows: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("name", "version", "licence class", "trained on", "MB", "severity SHA-256")
    for row in rows:
        size = (row["severity"]["bytes"] + row["regions"]["bytes"]) / 1e6
        sources = ", ".join(dict.fromkeys([*row["severity"]["sources"], *row["regions"]["sources"]]))
        digest = row["severity"]["sha256"][:12]
        table.add_row(row["name"], row["version"], row["licence_class"], sources, f"{size:.1f}", digest)
    Console().print(table)
