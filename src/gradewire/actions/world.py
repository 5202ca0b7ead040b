"""What actions run in: a store, a clock, sources of ids, and the settings that shape answers and events.

One ``World`` lives as long as the process. Nothing in it belongs to a request.
"""

from __future__ import annotations

import random
import threading
import uuid
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from secrets import SystemRandom

from gradewire.actions.sis.uploads import Limits
from gradewire.events.settings import EventSettings
from gradewire.files.storage import FileStorage
from gradewire.store import rules
from gradewire.store.engine import Connection, Store
from gradewire.store.rules import CourseRules

KEPT_COURSES = 512


def utc_now() -> datetime:
    return datetime.now(UTC)


class RulesShelf:
    """Course rules that this process has read, under the version they had. Only committed states are put here."""

    def __init__(self) -> None:
        self._kept: OrderedDict[int, CourseRules] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, course_id: int, version: int) -> CourseRules | None:
        kept = self._kept.get(course_id)
        return kept if kept is not None and kept.course.rules_version == version else None

    def put(self, found: CourseRules) -> None:
        with self._lock:
            self._kept[found.course.id] = found
            self._kept.move_to_end(found.course.id)
            while len(self._kept) > KEPT_COURSES:
                self._kept.popitem(last=False)

    def load(self, connection: Connection, course_id: int, version: int | None = None) -> CourseRules | None:
        """The rules as ``connection`` sees them, from the shelf when they are still the same."""
        known = rules.current_version(connection, course_id) if version is None else version
        if known is None:
            return None
        kept = self.get(course_id, known)
        if kept is not None:
            return kept
        found = rules.load(connection, course_id)
        if found is not None:
            self.put(found)
        return found


class World:
    """Everything an action needs that is not the request's own."""

    def __init__(
        self,
        store: Store,
        *,
        events: EventSettings,
        clock: Callable[[], datetime] = utc_now,
        new_uuid: Callable[[], uuid.UUID] = uuid.uuid4,
        randomness: random.Random | None = None,
        files: FileStorage | None = None,
        max_file_bytes: int = 2**29,
        import_limits: Limits = Limits(),  # noqa: B008 - a frozen value
        preview_life: timedelta = timedelta(hours=1),
        secret_key: str | None = None,
        plain_targets: bool = True,
    ) -> None:
        self.store = store
        self.events = events
        self.clock = clock
        self.new_uuid = new_uuid
        self.randomness = randomness or SystemRandom()
        self.shelf = RulesShelf()
        self.max_file_bytes = max_file_bytes
        self.import_limits = import_limits
        self.preview_life = preview_life
        """How long the preview of a gradebook import may be applied."""
        self.secret_key = secret_key
        """The setting under which secrets at rest are encrypted (``actions.secrets``)."""
        self.plain_targets = plain_targets
        """Whether events go to plain http too: the setting ``events_allow_private_targets``."""
        self.revealed: dict[str, str] = {}
        """Secrets that this process has decrypted, by their sealed form."""
        self._files = files

    @property
    def files(self) -> FileStorage:
        """Where the bytes of files are kept."""
        assert self._files is not None, "this world has no file storage"
        return self._files
