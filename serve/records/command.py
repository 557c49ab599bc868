"""`scarscore users`, `scarscore audit` and `scarscore vault`: what is done on the clinic's own machine.

Whoever may write the data folder may do all of it; in the audit log it is nobody's account, `-`. A password is always
asked for, never an argument: arguments stand in the shell's history and are seen by everybody on the machine.
"""

from __future__ import annotations

from pathlib import Path

import click

from scarscore.serve.records.options import of_a_clinic, open_clinic, place_of
from scarscore.serve.records.people import Role


@click.group(context_settings={"max_content_width": 100})
def users() -> None:
    """Look after a clinic's accounts, from its own machine.

    For the first admin, open `scarscore serve`'s page; for the others, an admin can do the same there.
    """


@users.command(name="list")
@of_a_clinic
def list_users(data: Path, database: str | None, vault: str | None) -> None:
    """List the accounts: name, role, whether active or closed, since when."""
    from scarscore.serve.records.staff import staff

    with open_clinic(data, database, vault) as clinic:
        for account in staff(clinic, None):
            state = "active" if account.active else "closed"
            click.echo(f"{account.login}\t{account.role.value}\t{state}\t{account.created.date()}")


@users.command()
@click.argument("login")
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    default=Role.PRACTITIONER.value,
    show_default=True,
    help="viewer sees, practitioner records, admin looks after accounts, settings and erasure.",
)
@of_a_clinic
def add(login: str, role: str, data: Path, database: str | None, vault: str | None) -> None:
    """Make an account called LOGIN; its password is asked for."""
    from scarscore.serve.records.accounts import create_account

    with open_clinic(data, database, vault) as clinic:
        account = create_account(clinic, None, login, _new_password(), Role(role))
    click.echo(f"{account.login} can sign in as {account.role.value}.")


@users.command(name="reset-password")
@click.argument("login")
@of_a_clinic
def reset(login: str, data: Path, database: str | None, vault: str | None) -> None:
    """Give LOGIN another password, which is asked for. Its sign-ins and tokens end."""
    from scarscore.serve.records.staff import named, reset_password

    with open_clinic(data, database, vault) as clinic:
        account = named(clinic, login)
        reset_password(clinic, None, account.id, _new_password())
    click.echo(f"{account.login} has a new password; its sign-ins and tokens have ended.")


@users.command()
@click.argument("login")
@of_a_clinic
def deactivate(login: str, data: Path, database: str | None, vault: str | None) -> None:
    """Close the account LOGIN. Its sign-ins and tokens end; it stays in the audit log."""
    from scarscore.serve.records import staff

    with open_clinic(data, database, vault) as clinic:
        account = staff.deactivate(clinic, None, staff.named(clinic, login).id)
    click.echo(f"{account.login} is closed.")


@click.group(context_settings={"max_content_width": 100})
def audit() -> None:
    """Prove that a clinic's audit log is whole."""


@audit.command()
@of_a_clinic
@click.pass_context
def verify(ctx: click.Context, data: Path, database: str | None, vault: str | None) -> None:
    """Go through the log's chain of hashes.

    Prints how many lines there are and the last one's digest: keep it elsewhere, and a log that was cut short later
    is found out too. Exit status 1 where a line was changed, taken out or moved; its number is printed.
    """
    from scarscore.serve.records.audit import Broken
    from scarscore.serve.records.trail import proven

    with open_clinic(data, database, vault) as clinic:
        found = proven(clinic, None)
    if isinstance(found, Broken):
        click.echo(f"The audit log is broken at line {found.number}: {found.why}.")
        ctx.exit(1)
    click.echo(f"The audit log is whole: {found.lines} lines, the last with digest {found.last}.")


@click.group(context_settings={"max_content_width": 100})
def vault() -> None:
    """Look after the keys of a clinic's photos."""


@vault.command()
@of_a_clinic
def recover(data: Path, database: str | None, vault: str | None) -> None:
    """Restore the master key's file with the recovery key, which is asked for."""
    from scarscore.serve.records.audit import NOBODY, Deed
    from scarscore.serve.records.keys import MasterKey

    place = place_of(data, database, vault)
    MasterKey.recover(place.keys, click.prompt("Recovery key"))
    with open_clinic(data, database, vault) as clinic:
        clinic.note(Deed(NOBODY, "recover", "vault"))
    click.echo(f"The master key is back in {place.keys}.")


@vault.command(name="new-recovery-key")
@of_a_clinic
def renew(data: Path, database: str | None, vault: str | None) -> None:
    """Make another recovery key, where the one before was lost or somebody saw it. It is printed this once.

    The one before then opens nothing but backups that were made before: delete those, or keep it for them.
    """
    from scarscore.serve.records.recovery import renew_recovery_key

    with open_clinic(data, database, vault) as clinic:
        recovery = renew_recovery_key(clinic)
    click.echo(
        f"The recovery key, shown this once. Write it down, and keep it away from this machine:\n\n    {recovery}\n"
    )
    click.echo("The one before opens nothing but backups that were made before.")


def _new_password() -> str:
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt="The same again")
    return password
