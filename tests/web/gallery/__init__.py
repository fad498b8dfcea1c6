"""The parts of the pages with sample data, to look at."""
