"""Gradewire: a self-hosted grade server that speaks the Canvas and Schoology grade APIs."""

__version__ = "0.1.0"
