"""`python -m fieldwatch`."""

from fieldwatch.cli import main

main()
