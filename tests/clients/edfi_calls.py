"""A program for the environment of edfi-schoology-extractor: does calls with its client, one after the other.

On its standard input: ``url`` (with ``/v1/``), ``key``, ``secret`` and ``calls``, each a method with its arguments; one whose
name ends with ``*`` is followed through all pages. On its standard output: what came of each, or the text of its failure.
"""

import json
import os
import sys

given = json.load(sys.stdin)
# With one try the client still waits up to the time for all tries before it tells of a failure.
os.environ.update(SCHOOLOGY_BASE_URL=given["url"], REQUEST_RETRY_COUNT="1", REQUEST_RETRY_TIMEOUT_SECONDS="1")

from edfi_schoology_extractor.api.request_client import RequestClient  # type: ignore[import-not-found]  # noqa: E402

client = RequestClient(given["key"], given["secret"])
done = []
for name, *arguments in given["calls"]:
    try:
        found = getattr(client, name.rstrip("*"))(*arguments)
        done.append({"value": found.get_all_pages() if name.endswith("*") else found})
    except RuntimeError as error:
        done.append({"failed": str(error)})
json.dump(done, sys.stdout)
