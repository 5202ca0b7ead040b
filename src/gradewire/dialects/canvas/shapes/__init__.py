"""Rows as Canvas JSON: which fields an object has, one module per noun."""
