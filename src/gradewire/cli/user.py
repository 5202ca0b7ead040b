"""``gradewire user``: people and their logins."""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    users = typer.Typer(help="Make, list and deactivate people who sign in.", no_args_is_help=True)
    app.add_typer(users, name="user")

    @users.command()
    def create(
        context: typer.Context,
        login: Annotated[str, typer.Argument(help="The name to sign in by.")],
        name: Annotated[str, typer.Argument(help="The person's name.")],
        email: Annotated[str | None, typer.Option(help="An address.")] = None,
        admin: Annotated[bool, typer.Option("--admin", help="Administers the institution.")] = False,
    ) -> None:
        """Make a person with a login. Enrolments come from institution files or the API."""
        from gradewire.actions import people
        from gradewire.cli.opened import act

        chosen = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        person = act(
            context.obj.settings,
            lambda unit: people.create(unit, login, name, email=email, password=chosen, admin=admin),
        )
        typer.echo(f"User {person.user_id}, {person.name}, signs in as {person.login}.")

    @users.command("list")
    def list_users(
        context: typer.Context,
        containing: Annotated[str | None, typer.Argument(help="Part of a login or name.")] = None,
        limit: Annotated[int, typer.Option(help="How many at most.", min=1, max=10_000)] = 100,
    ) -> None:
        """List people by login."""
        from gradewire.actions import people
        from gradewire.cli.opened import act

        for person in act(context.obj.settings, lambda unit: people.search(unit, containing, limit=limit)):
            state = "" if person.workflow_state == "active" else "  deactivated"
            typer.echo(f"{person.user_id}  {person.login}  {person.name}{state}")

    @users.command()
    def password(context: typer.Context, login: Annotated[str, typer.Argument(help="Whose password.")]) -> None:
        """Change a password and sign the person out everywhere."""
        from gradewire.actions import people
        from gradewire.cli.opened import act

        chosen = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        act(context.obj.settings, lambda unit: people.set_password(unit, login, chosen))
        typer.echo(f"{login} has a new password.")

    @users.command()
    def deactivate(context: typer.Context, login: Annotated[str, typer.Argument(help="Whose login.")]) -> None:
        """End a login, its sessions and tokens. Grades and their history stay."""
        from gradewire.actions import people
        from gradewire.cli.opened import act

        act(context.obj.settings, lambda unit: people.deactivate(unit, login))
        typer.echo(f"{login} is deactivated.")
