"""The ASGI application."""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

from fieldwatch.server.api.body_limit import BodyLimit

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fieldwatch.server.settings")
application = BodyLimit(get_asgi_application())  # type: ignore[arg-type]
