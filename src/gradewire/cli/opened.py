"""Actions at the command line: the operator acts, with every right and in a transaction, on the database of the settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from gradewire.cli.invocation import Failure

if TYPE_CHECKING:
    from gradewire.actions.unit import Unit
    from gradewire.config import Settings

T = TypeVar("T")


def act(settings: Settings, action: Callable[[Unit], T]) -> T:
    """Run an action as the server itself; what the domain refuses becomes a message for the user."""
    from gradewire.actions.unit import Asker, System, write
    from gradewire.app import create_world
    from gradewire.core.errors import DomainError, Invalid, NotFound

    world = create_world(settings)
    try:
        return write(world, Asker(System()), action)
    except NotFound:
        raise Failure("There is nothing by that name.") from None
    except Invalid as error:
        raise Failure("; ".join(f"{fault.attribute} {fault.message}" for fault in error.faults)) from None
    except DomainError as error:
        raise Failure(str(error) or type(error).__name__) from None
    finally:
        world.store.close()
