"""What can go wrong, in the words of the domain. A dialect turns these into statuses and bodies; nothing here knows HTTP."""

from __future__ import annotations

from datetime import datetime


class DomainError(Exception):
    """The root of everything an action refuses. Never raised itself."""


class Unauthenticated(DomainError):
    """Nobody is signed in, or what was shown as credentials is not valid."""

    def __init__(
        self, message: str = "user authorization required", *, reason: str = "missing", expired_at: datetime | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.expired_at = expired_at
        self.reason = reason
        """``missing`` (no credentials), ``invalid``, ``revoked``, ``expired``, ``scope`` or ``masquerade``; of signed requests
        ``consumer``, ``token``, ``signature``, ``timestamp`` or ``replay``."""


class Denied(DomainError):
    """Signed in, but without the right."""


class NotFound(DomainError):
    """The thing named does not exist, or not where it was looked for, or is not for this caller to know of."""


class Missing(DomainError):
    """A required parameter was not sent at all."""

    def __init__(self, parameter: str) -> None:
        super().__init__(f"{parameter} is missing")
        self.parameter = parameter


class Malformed(DomainError):
    """The request cannot be read: broken JSON, a wrong type, a number out of range."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class Fault:
    """One failed rule of one attribute of a record."""

    __slots__ = ("attribute", "message", "type")

    def __init__(self, attribute: str, message: str, kind: str | None = None) -> None:
        self.attribute = attribute
        self.message = message
        self.type = kind or message

    def __repr__(self) -> str:
        return f"Fault({self.attribute!r}, {self.message!r})"


class Invalid(DomainError):
    """A record that breaks its rules; carries every fault, in the order of the rules."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(f"{fault.attribute}: {fault.message}" for fault in faults))
        self.faults = faults


class Refused(DomainError):
    """The request is well formed and allowed but cannot be done now; ``code`` names the reason for programs.

    Codes: ``locked`` (a frozen record), ``max_graders``, ``grade_error``, ``not_moderated``, ``already_published``,
    ``unselected``, ``not_in_moderation_set``, ``parameter``, ``handing_in``, ``in_use`` (something depends on the record),
    ``not_allowed``, ``callback`` (an application may not be led back to where it asks), ``changed`` (since the caller looked).
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class TooLarge(DomainError):
    """More bytes than are taken."""


class Conflict(DomainError):
    """Somebody else changed the record first. The unit of work repeats the action; a caller sees it only after that failed."""


class Stale(DomainError):
    """The record is no longer as the caller last saw it, and they asked to change it only if it is."""


class KeyReused(DomainError):
    """Something else was asked under this idempotency key before."""


class StillAtWork(DomainError):
    """The request of this idempotency key is being worked on just now."""
