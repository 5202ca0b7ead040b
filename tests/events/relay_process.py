"""A relay for tests that kill it: ``python -m tests.events.relay_process URL``, with a short lease and small batches."""

from __future__ import annotations

import sys

from gradewire.events.courier import Pace
from gradewire.events.relay import Relay
from gradewire.store.engine import open_store

if __name__ == "__main__":
    with open_store(sys.argv[1], connections=4) as store:
        Relay(store, pace=Pace(events=40, lease_seconds=1.0), poll_seconds=0.02).run()
