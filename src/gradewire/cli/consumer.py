"""``gradewire consumer``: programs that call the Schoology API, and the access that users gave them."""

from __future__ import annotations

from typing import Annotated

import typer

Key = Annotated[str, typer.Argument(help="The consumer key that `list` shows.")]


def register(app: typer.Typer) -> None:
    consumers = typer.Typer(help="Keys for the Schoology API: make, list, revoke and rotate them.", no_args_is_help=True)
    app.add_typer(consumers, name="consumer")
    for command in (create, list_consumers, rotate, revoke, list_approvals, revoke_approval):
        consumers.command({"list_consumers": "list", "list_approvals": "approvals"}.get(command.__name__))(command)


def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="What it is; users who approve an application read it.")],
    user: Annotated[
        str | None, typer.Option(help="A login: the key speaks for this person. Without it, an application.")
    ] = None,
    callback: Annotated[
        list[str] | None, typer.Option(help="Where approving the application may lead back to, or below that. May be repeated.")
    ] = None,
) -> None:
    """Make a consumer and print its key and secret. The secret is shown this once."""
    from gradewire.actions import consumers
    from gradewire.cli.opened import act

    row, secret = act(context.obj.settings, lambda unit: consumers.create(unit, name, login=user, callback_urls=callback or ()))
    typer.echo(f"{'Key of ' + user if user else 'Application'} {row.name}:", err=True)
    typer.echo(f"{row.key} {secret}")


def list_consumers(context: typer.Context) -> None:
    """List all consumers."""
    from gradewire.actions import consumers
    from gradewire.cli.opened import act

    for row in act(context.obj.settings, consumers.list_all):
        what = (
            f"key of {row.owner}"
            if row.user_id is not None
            else f"application, {', '.join(row.callback_urls) or 'no callbacks'}"
        )
        state = "good" if row.workflow_state == "active" else "revoked"
        typer.echo(f"{row.key}  {state}  {row.name}  ({what})")


def rotate(context: typer.Context, key: Key) -> None:
    """Make a new secret for a consumer and print it; the old one ends at once."""
    from gradewire.actions import consumers
    from gradewire.cli.opened import act

    typer.echo(act(context.obj.settings, lambda unit: consumers.rotate(unit, key)))


def revoke(context: typer.Context, key: Key) -> None:
    """End a consumer at once, and the access that users gave it."""
    from gradewire.actions import consumers
    from gradewire.cli.opened import act

    act(context.obj.settings, lambda unit: consumers.revoke(unit, key))
    typer.echo(f"Consumer {key} is revoked.")


def list_approvals(context: typer.Context) -> None:
    """List the access that users gave to applications."""
    from gradewire.actions import oauth
    from gradewire.cli.opened import act

    for row in act(context.obj.settings, oauth.list_all):
        typer.echo(f"{row.id}  {row.user_name}  {row.consumer_name}  since {row.created_at:%Y-%m-%d}")


def revoke_approval(
    context: typer.Context, number: Annotated[int, typer.Argument(help="The number that `approvals` shows.")]
) -> None:
    """Take back the access that a user gave to an application."""
    from gradewire.actions import oauth
    from gradewire.cli.opened import act

    act(context.obj.settings, lambda unit: oauth.revoke_any(unit, number))
    typer.echo(f"Access {number} is taken back.")
