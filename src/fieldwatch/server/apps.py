"""The server as a Django application."""

from __future__ import annotations

from django.apps import AppConfig


class ServerConfig(AppConfig):
    """Listens to sign-ins and the like, for the audit log."""

    name = "fieldwatch.server"

    def ready(self) -> None:
        """Connects the listeners."""
        from fieldwatch.server.accounts import signals

        signals.connect()
