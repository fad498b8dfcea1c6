"""Records: each is declared once, in one file, and gets its page, filters, API, exports, permission and tests from that."""
