"""Objects by name, on disk or in a bucket. What an object is, whose it is and who may see it stands in the database.

Both kinds come from ``obstore``. An object appears whole or not at all, and is never changed once it is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import obstore
from msgspec import Struct
from obstore.store import LocalStore, S3Store

CHUNK = 256 * 1024
"""About as many bytes as are read from an object at a time."""
PARTS_AT_ONCE = 2
"""How many parts of 5 MiB of one upload may be in memory; the library's own number is 12."""
_NAME = re.compile(r"[0-9a-f]{32}")


class Bucket(Struct, frozen=True, kw_only=True):
    """How a bucket is reached; what is ``None`` comes from the environment, as AWS tools read it."""

    endpoint: str | None = None
    """The address of a service other than Amazon's."""
    region: str | None = None
    access_key_id: str | None = None
    secret_access_key: str | None = None


class Content(Struct, frozen=True):
    """An object to be read once."""

    size: int
    chunks: Iterator[bytes]


class FileStorage:
    """The objects of one directory or bucket. Nothing is opened, and no directory made, before it is needed."""

    def __init__(self, place: str, bucket: Bucket | None = None) -> None:
        """``place`` is a directory, or ``s3://bucket/prefix``."""
        self.place = place
        self._bucket = bucket or Bucket()
        self._store: Any = None

    def put(self, name: str, file: IO[bytes]) -> None:
        """Keep the bytes of a file, from its position to its end, under a name that is new."""
        obstore.put(self._open(), _path(name), file, max_concurrency=PARTS_AT_ONCE)

    def get(self, name: str) -> Content | None:
        """An object; ``None`` when there is none of that name."""
        try:
            found = obstore.get(self._open(), _path(name))
        except FileNotFoundError:
            return None
        return Content(found.meta["size"], (bytes(chunk) for chunk in found.stream(min_chunk_size=CHUNK)))

    def delete(self, names: Sequence[str]) -> None:
        """Remove objects; those that are not there are as good as removed."""
        for name in names:
            try:
                obstore.delete(self._open(), _path(name))
            except FileNotFoundError:
                continue

    def _open(self) -> Any:
        if self._store is None:
            self._store = _local(self.place) if not self.place.startswith("s3://") else _s3(self.place, self._bucket)
        return self._store


def _path(name: str) -> str:
    """Where an object lies: 256 directories, so that none of them grows too large."""
    if not _NAME.fullmatch(name):
        raise ValueError("the name of an object is 32 hex digits")
    return f"{name[:2]}/{name}"


def _local(place: str) -> LocalStore:
    Path(place).mkdir(mode=0o700, parents=True, exist_ok=True)
    return LocalStore(place)


def _s3(place: str, bucket: Bucket) -> S3Store:
    name, _, prefix = place.removeprefix("s3://").partition("/")
    known = {field: getattr(bucket, field) for field in bucket.__struct_fields__}
    config = {field: value for field, value in known.items() if value is not None}
    plain = bool(bucket.endpoint and bucket.endpoint.startswith("http://"))
    return S3Store(
        name,
        prefix=prefix.strip("/") or None,
        config=config,  # type: ignore[arg-type]
        client_options={"allow_http": plain},
        virtual_hosted_style_request=bucket.endpoint is None,
    )
