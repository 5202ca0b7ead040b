"""CSV files as they come from registration systems: bytes in, header and lines out."""

from __future__ import annotations

import csv

from msgspec import Struct

from gradewire.core.csv_lines import physical_lines

LONGEST_FIELD = 64 * 1024
SECRETS = frozenset({"password", "ssha_password"})
"""Columns whose values are shown nowhere."""


class Unreadable(Exception):
    """A file that is no CSV file; the text says why."""


class Line(Struct, frozen=True, array_like=True):
    """One row of a file. The header is row 1."""

    number: int
    values: tuple[str, ...]


class Table(Struct, frozen=True):
    header: tuple[str, ...]
    lines: list[Line]

    def info(self, line: Line) -> str:
        """The row as an error shows it: without passwords."""
        return row_info(self.header, line)


def row_info(header: tuple[str, ...], line: Line) -> str:
    """The cells of a row with commas between them, passwords left out."""
    shown = ["***" if value and name in SECRETS else value for name, value in zip(header, line.values, strict=False)]
    shown += line.values[len(header) :]
    return ",".join(shown)[:1000]


def read_table(data: bytes) -> Table:
    """Read a CSV file: UTF-8, with or without a byte order mark. Blank rows count as rows but say nothing.

    Raises:
        Unreadable: not UTF-8, not CSV, or empty.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(f"is not UTF-8 (byte {error.start + 1})") from None
    if "\0" in text:
        raise Unreadable("contains a NUL character")
    reader = csv.reader(physical_lines(text), strict=True)
    header: tuple[str, ...] | None = None
    lines: list[Line] = []
    try:
        for number, cells in enumerate(reader, 1):
            values = tuple([cell.strip() for cell in cells])
            if header is None:
                header = tuple([name.lower() for name in values])
            elif any(values):
                if max(map(len, values)) > LONGEST_FIELD:
                    raise Unreadable(f"has a cell of more than {LONGEST_FIELD} characters in row {number}")
                lines.append(Line(number, values))
    except csv.Error as error:
        raise Unreadable(f"cannot be read as CSV near line {reader.line_num}: {error}") from None
    if header is None or not any(header):
        raise Unreadable("is empty")
    repeated = {name for name in header if name and header.count(name) > 1}
    if repeated:
        raise Unreadable(f"names a column twice: {', '.join(sorted(repeated))}")
    return Table(header, lines)
