"""The ASGI application."""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fieldwatch.server.settings")
_django = get_asgi_application()  # sets Django up: what stands on it is imported after it

from fieldwatch.server.api.body_limit import BodyLimit  # noqa: E402

application = BodyLimit(_django)  # type: ignore[arg-type]
