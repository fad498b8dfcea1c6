"""Writes the gallery: every part of the pages with sample data, as files for a plain server. `python -m tests.web.gallery FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

import django
from django.conf import settings
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import timezone, translation
from tests.web.gallery import samples

HERE = Path(__file__).parent
TEMPLATES = HERE.parents[2] / "src" / "fieldwatch" / "server" / "templates"
TAGS = "fieldwatch.server.templatetags.fieldwatch"

PAGES = {
    "overview.html": ("gallery/overview.html", samples.overview),
    "list.html": ("gallery/list.html", samples.full_list),
    "empty.html": ("gallery/list.html", samples.empty_list),
    "failed.html": ("gallery/list.html", samples.failed_list),
    "asset.html": ("gallery/asset.html", samples.asset),
    "form.html": ("gallery/form.html", samples.form),
    "bare.html": ("gallery/bare.html", samples.sign_in),
    "evidence/213.html": ("gallery/evidence.html", samples.evidence),
}


def configured() -> None:
    """Django with the templates and their tags; without a database."""
    options = {"context_processors": ["django.template.context_processors.request"], "builtins": [TAGS]}
    engine = {"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [TEMPLATES, HERE / "templates"], "OPTIONS": options}
    settings.configure(
        TEMPLATES=[engine],
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.staticfiles", "fieldwatch.store"],
        AUTH_USER_MODEL="store.User",
        STATIC_URL="/static/",
        USE_TZ=True,
        TIME_ZONE="UTC",
        LANGUAGES=[("en", "English"), ("de", "Deutsch")],
        FORM_RENDERER="django.forms.renderers.DjangoTemplates",
        SECRET_KEY="gallery",
    )
    django.setup()


def write(folder: Path) -> None:
    """Every page of the gallery, in this folder."""
    for name, (template, context) in PAGES.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(render_to_string(template, context(), RequestFactory().get(f"/{name}")), encoding="utf-8")


if __name__ == "__main__":
    configured()
    translation.activate("en")
    timezone.activate("Europe/Berlin")
    write(Path(sys.argv[1]))
