"""Applying SIS files: each module takes the rows of one kind, a piece of a file at a time, and makes them so.

A row is matched with what there is by its SIS id, so that applying the same rows again changes nothing. A row that cannot be
used is noted and left out; the others are applied.
"""
