"""``gradewire recompute``: course scores from the grades that are there."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable
from typing import Annotated

import typer

from gradewire.cli.invocation import Failure, progress


def register(app: typer.Typer) -> None:
    @app.command()
    def recompute(
        context: typer.Context,
        courses: Annotated[list[int] | None, typer.Argument(metavar="COURSE...", help="Ids; without any, all.")] = None,
        after: Annotated[int, typer.Option(metavar="ID", help="Go on behind this course.", show_default=False)] = 0,
        silent: Annotated[bool, typer.Option("--silent", help="Emit no events of course scores.")] = False,
        missing: Annotated[bool, typer.Option("--missing", help="Apply missing policies first.")] = False,
        calculation_version: Annotated[
            int | None,
            typer.Option(metavar="VERSION", help="Pin the courses to this version of their calculation, then compute."),
        ] = None,
    ) -> None:
        """Compute course scores anew and store what differs. Concluded students keep theirs.

        Each course is a transaction of its own, in order of the ids. Interrupted, the command says behind which course to go
        on; repeating it all does no harm either. Scores that differ are told by events, as after any change.
        """
        from gradewire.actions.recomputation import Order, find_courses, recompute_courses
        from gradewire.app import create_world

        world = create_world(context.obj.settings)
        order = Order(silent=silent, missing=missing, version=calculation_version)
        changed = filled_in = students = number = 0
        refused: list[str] = []
        done = after
        started = time.perf_counter()
        try:
            found = find_courses(world, courses or None, after=after)
            _check_known(courses or (), [one.id for one in found], after)
            with progress("courses", len(found)) as advance:
                for outcome in recompute_courses(world, found, order):
                    done, number = outcome.course.id, number + 1
                    changed, filled_in = changed + outcome.changed, filled_in + outcome.filled_in
                    students += 0 if outcome.refused else outcome.course.students
                    if outcome.refused:
                        refused.append(f"course {done} ({outcome.course.name}): {outcome.refused}")
                    advance(1)
        except BaseException:
            if done != after:
                typer.echo(f"Stopped. To go on, give the same command with --after {done}", err=True)
            raise
        finally:
            world.store.close()
        elapsed = time.perf_counter() - started
        typer.echo(f"{number} courses, {students} students, {changed} of them with other course scores")
        if missing:
            typer.echo(f"{filled_in} missing submissions got a score")
        typer.echo(f"{elapsed:.1f} s, {students / elapsed:.0f} students/s")
        if refused:
            raise Failure("\n".join(["some courses were left as they are:", *refused]))


def _check_known(wanted: Iterable[int], found: Collection[int], after: int) -> None:
    unknown = sorted(number for number in wanted if number > after and number not in found)
    if unknown:
        raise Failure(f"there is no course {', '.join(map(str, unknown))}")
