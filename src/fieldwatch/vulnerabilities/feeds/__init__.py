"""Feeds: advisories and facts about vulnerabilities, fetched where they are published or brought in by hand, and kept on a shelf."""
