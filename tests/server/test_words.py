"""Words of closed sets: English in data, REST and addresses, the language of the reader on pages; numbers and nouns as it writes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from fieldwatch.server.listing.cells import size
from fieldwatch.server.words import attribute, decimal, effect, english, field, term, within
from fieldwatch.store.models import Asset, Site


def test_words_of_sets_are_said_in_the_language_of_the_reader() -> None:
    with translation.override("de"):
        assert (effect("program_download"), term("role", "PLC"), attribute("order_number")) == ("Programm laden", "SPS", "Bestellnummer")
        assert (field("login"), field("firmware")) == ("Zugangsdaten", "Firmware")
    with translation.override("en"):
        assert (effect("program_download"), term("role", "PLC"), attribute("purdue_level")) == ("program download", "PLC", "Purdue level")


def test_words_of_no_set_come_back_as_they_are() -> None:
    with translation.override("de"):
        assert (term("role", "Coffee machine"), term("state", ""), attribute("blood_group")) == ("Coffee machine", "", "blood group")


def test_every_effect_has_a_german_word() -> None:
    with translation.override("de"):
        assert [word for word in english()["effect"] if term("effect", word) == word] == []


def test_nouns_keep_their_capital_in_german_and_numbers_have_its_comma() -> None:
    with translation.override("de"):
        assert (within("Geräte"), decimal(1234.56), decimal(0.5, 2), size(1900)) == ("Geräte", "1234,6", "0,50", "1,9\u202fkB")
    with translation.override("en"):
        assert (within("Assets"), decimal(1234.56), size(1900)) == ("assets", "1234.6", "1.9\u202fkB")


@pytest.mark.django_db
@pytest.mark.parametrize(("asks", "chosen", "said"), [("de-AT,de;q=0.9", "", "Geräte"), ("en", "de", "Geräte"), ("de", "en", "Assets")])
def test_the_page_is_in_the_language_of_the_account_else_of_the_browser(
    asks: str, chosen: str, said: str, person: Callable[..., Any], browser: Callable[..., Client]
) -> None:
    user = person("viewer")
    user.language = chosen
    user.save()
    page = browser(user).get("/assets/", headers={"accept-language": asks}).content.decode()
    assert f"<h1>{said}" in page


@pytest.mark.django_db
def test_who_is_not_signed_in_is_asked_in_the_language_of_the_browser(client: Client) -> None:
    page = client.get("/accounts/login/", headers={"accept-language": "de"}).content.decode()
    assert '<html lang="de"' in page
    assert "Anmelden" in page


@pytest.mark.django_db
def test_programs_read_english_whoever_asks(person: Callable[..., Any], browser: Callable[..., Client]) -> None:
    user = person("viewer")
    user.language = "de"
    user.save()
    answer = browser(user).get("/api/v1/assets?nothing=1", headers={"accept-language": "de"})
    assert answer.status_code == 400
    assert "there is no such filter" in answer.content.decode()


@pytest.mark.django_db
def test_exports_keep_the_english_word_and_the_list_says_it_in_german(
    site: Site, person: Callable[..., Any], browser: Callable[..., Client]
) -> None:
    Asset.objects.create(site=site, handle="10.0.0.9", ip="10.0.0.9", role="PLC", first_ns=1, last_ns=2)
    user = person("viewer")
    user.language = "de"
    user.save()
    client = browser(user)
    assert ">SPS" in client.get("/assets/?columns=role").content.decode()
    exported = b"".join(client.get("/assets/export.csv?columns=role")).decode()
    assert "PLC" in exported
    assert "SPS" not in exported
