"""Rows as Schoology JSON: which fields an object has and whether an id is a text or a number, one module per noun."""
