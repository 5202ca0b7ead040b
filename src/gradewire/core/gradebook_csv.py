"""The CSV file of a gradebook as spreadsheets take it, in the form of Canvas's export (docs/gradebook-csv.md).

Spreadsheets run cells that begin like a formula. Such texts get an apostrophe in front when they are written, and lose it again
when they are read; numbers are left as they are.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from typing import Literal, TypeAlias

from msgspec import Struct

from gradewire.core.csv_lines import Pieces, physical_lines
from gradewire.core.numbers import show_number

Separator: TypeAlias = Literal["comma", "semicolon"]

SEPARATORS: dict[Separator, str] = {"comma": ",", "semicolon": ";"}
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
EXCUSED = "EX"
UNASSIGNED = "N/A"
CLEARED = "-"
READ_ONLY = "(read only)"
POINTS_POSSIBLE = "    Points Possible"
MANUAL_POSTING = "Manual Posting"
STUDENT, USER_ID, SIS_USER_ID, SIS_LOGIN_ID, SECTION = "Student", "ID", "SIS User ID", "SIS Login ID", "Section"
FIXED = frozenset({STUDENT, USER_ID, SIS_USER_ID, SIS_LOGIN_ID, SECTION, "Integration ID", "Root Account"})
TOTALS = ("Current Score", "Unposted Current Score", "Final Score", "Unposted Final Score")
GRADES = ("Current Grade", "Unposted Current Grade", "Final Grade", "Unposted Final Grade")
OVERRIDES = ("Override Score", "Override Grade")
_COMPUTED = (*TOTALS, *GRADES, *OVERRIDES, "Override Status", "Current Points", "Final Points")

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")
_ASSIGNMENT = re.compile(r".*\(([0-9]{1,18})\)\s*", re.DOTALL)
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+%?")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)")


class UnreadableSheet(Exception):
    """A file that is no gradebook; the text says why."""


class SheetRow(Struct, frozen=True):
    """A student's row; ``number`` counts the rows of the file from 1."""

    number: int
    cells: tuple[str, ...]


class Sheet(Struct, frozen=True):
    """A gradebook file as it was sent: the header, what it says of points possible, and the students."""

    header: tuple[str, ...]
    points: tuple[str, ...]
    """Empty where the file has no such row."""
    rows: list[SheetRow]

    def place(self, column: str) -> int | None:
        """Where a column stands, if there is one of that name."""
        wanted = column.lower()
        return next((place for place, name in enumerate(self.header) if name.strip().lower() == wanted), None)

    def is_read_only(self, place: int) -> bool:
        """Whether the column at a place is computed, by its name or by what the file says below it."""
        name = self.header[place].strip()
        below = self.points[place].strip().lower() if place < len(self.points) else ""
        return name.endswith(_COMPUTED) or below == READ_ONLY


def guard(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguard(text: str) -> str:
    """What was written by ``guard``."""
    return text[1:] if _GUARDED.match(text) else text


def number_cell(value: float | None) -> str:
    """A number in full; nothing for none."""
    return "" if value is None else show_number(value)


def assignment_header(name: str, assignment_id: int) -> str:
    return guard(f"{name} ({assignment_id})")


def assignment_of(header: str) -> int | None:
    """The id at the end of a column's name."""
    match = _ASSIGNMENT.fullmatch(header)
    return None if match is None else int(match[1])


def write_sheet(rows: Iterable[Sequence[str]], *, separator: Separator = "comma", byte_order_mark: bool = False) -> bytes:
    """The file. Texts must be guarded already."""
    pieces = Pieces()
    csv.writer(pieces, delimiter=SEPARATORS[separator], lineterminator="\r\n").writerows(rows)  # quotes both characters
    content = pieces.text.encode(errors="replace")
    return BYTE_ORDER_MARK + content if byte_order_mark else content


def read_sheet(content: bytes, *, most_rows: int = 20_000) -> Sheet:
    """Read a file whose cells are separated by commas, semicolons or tabs, whichever its header uses.

    Raises:
        UnreadableSheet: not UTF-8, not CSV, too long, or without anything that tells students apart.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableSheet("The file is not UTF-8.") from None
    if "\0" in text:
        raise UnreadableSheet("The file contains a NUL character.")
    separator = _separator(text)
    reader = csv.reader(physical_lines(text), delimiter=separator, strict=True)
    header: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    rows: list[SheetRow] = []
    try:
        for number, cells in enumerate(reader, 1):
            if not header:
                header = tuple([unguard(cell) for cell in cells])
                continue
            if separator == ";":
                cells = [cell.replace(",", ".") if _DECIMAL_COMMA.fullmatch(cell.strip()) else cell for cell in cells]  # noqa: PLW2901
            first = cells[0].strip().lower() if cells else ""
            if first == POINTS_POSSIBLE.strip().lower():
                points = tuple(cells)
            elif any(cell.strip() for cell in cells) and not _is_posting_row(cells):
                rows.append(SheetRow(number, tuple(cells)))
            if len(rows) > most_rows:
                raise UnreadableSheet(f"The file has more than {most_rows} students.")
    except csv.Error as error:
        raise UnreadableSheet(f"The file cannot be read as CSV near line {reader.line_num}: {error}.") from None
    sheet = Sheet(header, points, rows)
    if all(sheet.place(name) is None for name in (USER_ID, SIS_USER_ID, SIS_LOGIN_ID)):
        raise UnreadableSheet(f"The file has none of the columns {USER_ID}, {SIS_USER_ID} and {SIS_LOGIN_ID}.")
    return sheet


def _separator(text: str) -> str:
    """What separates the cells of the header: of the candidates, the one that makes most of it outside quotes."""
    line = re.sub(r'"[^"]*"', "", text.partition("\n")[0])
    return max(",;\t", key=line.count)


def _is_posting_row(cells: Sequence[str]) -> bool:
    """The row that says which assignments are posted manually."""
    said = {cell.strip() for cell in cells if cell.strip()}
    return said == {MANUAL_POSTING}


def says_same(text: str, score: float | None, shown: str) -> bool:
    """Whether a cell says what stands there already: the same text, or the same number written in another way."""
    if text == shown:
        return True
    if score is None or not _NUMBER.fullmatch(text) or not _NUMBER.fullmatch(shown):
        return False
    return float(text) == float(shown)
