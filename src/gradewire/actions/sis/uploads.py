"""What is uploaded to a SIS import: one CSV file, or a ZIP archive of them. An archive is measured before it is unpacked."""

from __future__ import annotations

import io
import zipfile
import zlib

from msgspec import Struct

ZIP_MAGIC = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"
_PIECE = 64 * 1024


class Limits(Struct, frozen=True):
    """How much an upload may hold."""

    files: int = 100
    unpacked_bytes: int = 256 * 1024 * 1024


class BadUpload(Exception):
    """An upload that cannot be taken; the text says why."""


def is_archive(content: bytes) -> bool:
    return content.startswith((ZIP_MAGIC, _EMPTY_ZIP))


def check(content: bytes, limits: Limits) -> None:
    """Refuse an archive that says of itself that it holds too much, or that cannot be read at all.

    Raises:
        BadUpload: so it is.
    """
    if not content:
        raise BadUpload("the file is empty")
    if is_archive(content):
        with _opened(content) as archive:
            _entries(archive, limits)
    elif len(content) > limits.unpacked_bytes:
        raise BadUpload(f"the file has more than {limits.unpacked_bytes} bytes")


def unpack(name: str, content: bytes, limits: Limits) -> list[tuple[str, bytes]]:
    """The CSV files of an upload, by name. What an archive really unpacks to is counted, whatever it says of itself.

    Raises:
        BadUpload: the archive is damaged, encrypted, or holds too much.
    """
    if not is_archive(content):
        return [(name, content)]
    found: list[tuple[str, bytes]] = []
    left = limits.unpacked_bytes
    with _opened(content) as archive:
        for entry in _entries(archive, limits):
            data = _read(archive, entry, left)
            left -= len(data)
            found.append((entry.filename, data))
    return found


def _opened(content: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise BadUpload(f"the archive cannot be read: {error}") from None


def _entries(archive: zipfile.ZipFile, limits: Limits) -> list[zipfile.ZipInfo]:
    """The files of an archive, without folders and what Apple's archiver adds."""
    entries = [one for one in archive.infolist() if not one.is_dir() and not one.filename.startswith("__MACOSX/")]
    if len(entries) > limits.files:
        raise BadUpload(f"the archive holds {len(entries)} files; {limits.files} are allowed")
    if sum(entry.file_size for entry in entries) > limits.unpacked_bytes:
        raise BadUpload(f"the archive unpacks to more than {limits.unpacked_bytes} bytes")
    if any(entry.flag_bits & 1 for entry in entries):
        raise BadUpload("the archive is encrypted")
    return entries


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int) -> bytes:
    data = bytearray()
    try:
        with archive.open(entry) as stream:
            while piece := stream.read(_PIECE):
                data += piece
                if len(data) > left:
                    raise BadUpload("the archive unpacks to more than it says")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, zlib.error) as error:
        raise BadUpload(f"{entry.filename} in the archive is damaged: {error}") from None
    return bytes(data)
