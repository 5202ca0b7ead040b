"""``gradewire token``: access tokens for programs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    tokens = typer.Typer(help="Make, list and revoke access tokens.", no_args_is_help=True)
    app.add_typer(tokens, name="token")

    @tokens.command()
    def create(
        context: typer.Context,
        login: Annotated[str, typer.Argument(help="Whose token it is.")],
        purpose: Annotated[str | None, typer.Option(help="What it is for; shown in lists.")] = None,
        scope: Annotated[
            list[str] | None, typer.Option(help="Only this route, such as 'url:GET|/api/v1/courses'. May be repeated.")
        ] = None,
        days: Annotated[int | None, typer.Option(help="Days until it expires; without it, it does not.", min=1)] = None,
        tool: Annotated[
            int | None, typer.Option(help="Number of a tool that scores by itself: its grades have no grader.", min=1)
        ] = None,
    ) -> None:
        """Make a token and print it. It is shown this once: only its hash is kept."""
        from gradewire.actions import tokens as actions
        from gradewire.cli.opened import act

        expires_at = datetime.now(UTC) + timedelta(days=days) if days else None
        token, row = act(
            context.obj.settings,
            lambda unit: actions.create(unit, login, purpose=purpose, scopes=scope or (), expires_at=expires_at, tool_id=tool),
        )
        typer.echo(f"Token {row.id} of {login}:", err=True)
        typer.echo(token)

    @tokens.command("list")
    def list_tokens(context: typer.Context, login: Annotated[str, typer.Argument(help="Whose tokens.")]) -> None:
        """List a person's tokens by their beginnings."""
        from gradewire.actions import tokens as actions
        from gradewire.cli.opened import act

        for row in act(context.obj.settings, lambda unit: actions.list_for(unit, login)):
            state = "revoked" if row.revoked_at else f"until {row.expires_at:%Y-%m-%d}" if row.expires_at else "good"
            scopes = ", ".join(row.scopes) if row.scopes else "all scopes"
            typer.echo(f"{row.id}  {row.hint}...  {state}  {row.purpose or '-'}  {scopes}")

    @tokens.command()
    def revoke(context: typer.Context, number: Annotated[int, typer.Argument(help="The number that `list` shows.")]) -> None:
        """End a token at once."""
        from gradewire.actions import tokens as actions
        from gradewire.cli.opened import act

        act(context.obj.settings, lambda unit: actions.revoke(unit, number))
        typer.echo(f"Token {number} is revoked.")
