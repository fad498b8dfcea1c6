"""The store as a Django application."""

from django.apps import AppConfig


class StoreConfig(AppConfig):
    """Its tables are called `store_...`."""

    name = "fieldwatch.store"
    label = "store"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Fieldwatch"

    def ready(self) -> None:
        """Adds our conditions to the ORM."""
        from fieldwatch.store import lookups  # noqa: F401
