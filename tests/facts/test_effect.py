"""The closed set of effects."""

from fieldwatch.facts import COUNTED, DANGEROUS, Effect


def test_an_effect_is_its_own_text() -> None:
    assert [effect.value for effect in Effect] == [effect.name.lower() for effect in Effect]


def test_what_is_only_counted_is_never_dangerous() -> None:
    assert not COUNTED & DANGEROUS
    assert {Effect.WRITE, Effect.STOP, Effect.FIRMWARE} <= DANGEROUS
