"""Select one marker's provisional grades for all students of an assignment, with nothing but Python's standard library.

usage: select_marker.py COURSE ASSIGNMENT MARKER, with GRADEWIRE (the address) and TEACHER (a token) in the environment

Where that marker gave none, nothing is selected: a grade that is the only one is published without.
"""

from __future__ import annotations

import json
import os
import re
import sys
import urllib.parse
import urllib.request
from typing import Any

course, assignment, marker = map(int, sys.argv[1:])
BASE = f"{os.environ['GRADEWIRE']}/api/v1/courses/{course}/assignments/{assignment}"


def ask(method: str, url: str, fields: list[tuple[str, int]] | None = None) -> tuple[Any, str | None]:
    """The answer, and the address of the next page if there is one."""
    data = urllib.parse.urlencode(fields).encode() if fields else None
    headers = {"Authorization": f"Bearer {os.environ['TEACHER']}"}
    with urllib.request.urlopen(urllib.request.Request(url, data, headers, method=method)) as answer:
        following = re.search(r'<([^>]*)>; rel="next"', answer.headers.get("Link", ""))
        return json.load(answer), following[1] if following else None


chosen: list[int] = []
page: str | None = f"{BASE}/submissions?include[]=provisional_grades&per_page=100"
while page:
    submissions, page = ask("GET", page)
    grades = (grade for submission in submissions for grade in submission["provisional_grades"])
    chosen += [grade["provisional_grade_id"] for grade in grades if grade["scorer_id"] == marker]
changed, _ = ask("PUT", f"{BASE}/provisional_grades/bulk_select", [("provisional_grade_ids[]", one) for one in chosen])
print(f"{len(changed)} of {len(chosen)} selections changed")
