"""Measurements, run as ``python -m bench.NAME`` from the root of the repository, so that they can use what the tests use."""
