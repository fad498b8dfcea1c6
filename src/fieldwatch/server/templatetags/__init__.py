"""Words and shapes of values on pages."""
