"""What a browser shows beyond lists: one file a page."""
