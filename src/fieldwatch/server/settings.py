"""Django's settings, made of the operator's options. Everything that is not an operator's choice is fixed here."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF

from fieldwatch.server.accounts import single_sign_on
from fieldwatch.server.databases import database
from fieldwatch.server.keys import key
from fieldwatch.server.options import options

OPTIONS = options()
DATA = OPTIONS.data
HERE = Path(__file__).parent

SECRET_KEY = key(DATA, "session").hex()
DEBUG = False
HAS_TLS = bool(OPTIONS["server.certificate"]) or OPTIONS["server.behind_proxy"]
SERVER_NAME = OPTIONS["server.name"] or "localhost"
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", SERVER_NAME, OPTIONS["server.host"]]
ORIGIN = f"{'https' if HAS_TLS else 'http'}://{SERVER_NAME}:{OPTIONS['server.port']}"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.usersessions",
    *single_sign_on.apps(OPTIONS),
    "fieldwatch.store",
    "fieldwatch.server",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "servestatic.middleware.ServeStaticMiddleware",
    "csp.middleware.CSPMiddleware",
    "fieldwatch.server.middleware.RefuseBadBytes",
    "fieldwatch.server.sessions.Sessions",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "fieldwatch.server.middleware.RateLimit",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "fieldwatch.server.middleware.Gate",
    "fieldwatch.server.outage.Outage",
]

ROOT_URLCONF = "fieldwatch.server.urls"
ASGI_APPLICATION = "fieldwatch.server.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES: dict[str, dict[str, Any]] = {"default": database(OPTIONS)}
DATABASE_ROUTERS: list[str] = []

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "fieldwatch.server.pages.context.shell",
            ],
            "loaders": [("django.template.loaders.cached.Loader", ["django.template.loaders.filesystem.Loader"])],
            "builtins": ["fieldwatch.server.templatetags.fieldwatch"],
        },
    }
]

# ---------------------------------------------------------------------------------------------------------- accounts

AUTH_USER_MODEL = "store.User"
AUTHENTICATION_BACKENDS = ["fieldwatch.server.accounts.directory.DirectoryBackend", "allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": OPTIONS["accounts.password_least"]},
    },
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "fieldwatch.server.accounts.adapter.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "fieldwatch.server.accounts.sign_on.SocialAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_FORMS = {
    "login": "fieldwatch.server.accounts.password_forms.SignInForm",
    "reauthenticate": "fieldwatch.server.accounts.password_forms.AgainForm",
    "change_password": "fieldwatch.server.accounts.password_forms.ChangeForm",
    "reset_password_from_key": "fieldwatch.server.accounts.password_forms.ChooseForm",
}
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/300s/key"}
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True  # who has chosen a password by a one-time link goes on to the second factor
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_SESSION_REMEMBER = True  # all sessions last as long as `accounts.idle_minutes` says
PASSWORD_RESET_TIMEOUT = int(timedelta(days=1).total_seconds())
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_LOGIN_ON_GET = True  # a form whose answer leads to another host is stopped by `form-action`; `state` guards the way back
SOCIALACCOUNT_PROVIDERS = single_sign_on.providers(OPTIONS)
MFA_ADAPTER = "fieldwatch.server.accounts.adapter.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate_webauthn": "fieldwatch.server.accounts.passkey_forms.SecondFactorForm",
    "login_webauthn": "fieldwatch.server.accounts.passkey_forms.AloneForm",
}
MFA_ALLOW_UNVERIFIED_EMAIL = True  # accounts are made by administrators: an address is never what proves who somebody is
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Fieldwatch"
MFA_TOTP_TOLERANCE = 1  # half minutes that a clock may be off (RFC 6238 5.2)
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HAS_TLS
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

SESSION_COOKIE_AGE = int(timedelta(minutes=OPTIONS["accounts.idle_minutes"]).total_seconds())
SESSION_COOKIE_SAMESITE = "Lax"  # a strict cookie is not sent when single sign-on comes back
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HAS_TLS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_NAME = "fieldwatch"
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_TRUSTED_ORIGINS = [ORIGIN] if HAS_TLS else []
SECURE_HSTS_SECONDS = 31_536_000 if HAS_TLS else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if OPTIONS["server.behind_proxy"]:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
# No script or style stands in a page itself: none needs a nonce.

# ---------------------------------------------------------------------------------------------------------- requests

DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_TEMP_DIR = None

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [HERE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATICFILES_DIRS = [HERE / "static"]
STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
SERVESTATIC_USE_FINDERS = True
SERVESTATIC_AUTOREFRESH = False
SERVESTATIC_ALLOW_ALL_ORIGINS = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 20_000}}}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"without way": {"()": "fieldwatch.server.logged.WithoutWay"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"fieldwatch": {"level": "INFO"}, "django.request": {"level": "ERROR", "filters": ["without way"]}},
}
