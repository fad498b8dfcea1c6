"""The door at the terminal. Each verb is a file; what it needs is imported when it runs, so that the program starts at once."""

from fieldwatch.cli.app import main

__all__ = ["main"]
