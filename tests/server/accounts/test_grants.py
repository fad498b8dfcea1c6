"""Roles that groups of the directory give."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fieldwatch.server.accounts.grants import Grant, grants, regrant, rules
from fieldwatch.server.options import UnusableOption
from fieldwatch.store.models import Membership, Role, Site, User, Zone

Person = Callable[..., User]
DN = "CN=OT Admins,OU=Groups,DC=works,DC=example"


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ("", []),
        ("ot=engineer@works", [("ot", Grant("engineer", "works"))]),
        ("ot=engineer@works, soc = analyst", [("ot", Grant("engineer", "works")), ("soc", Grant("analyst", ""))]),
        ("ot=engineer@*", [("ot", Grant("engineer", ""))]),
        (f"{DN}=administrator,x=viewer@a", [(DN, Grant("administrator", "")), ("x", Grant("viewer", "a"))]),
    ],
)
def test_rules(told: str, found: list[tuple[str, Grant]]) -> None:
    assert rules(told) == found


@pytest.mark.parametrize("told", ["ot", "ot=boss", "=viewer", "ot=viewer,rest", "ot=viewer@a@b=x"])
def test_rules_that_say_nothing_are_refused(told: str) -> None:
    with pytest.raises(UnusableOption, match="ldap.roles: .*group=role@site is needed"):
        rules(told)


def test_a_group_is_named_by_its_dn_or_its_cn() -> None:
    told = f"{DN.lower()}=administrator,ot admins=viewer,others=vendor"
    assert grants(told, [DN]) == {Grant("administrator", ""), Grant("viewer", "")}
    assert grants(told, ["OU=Others,DC=x"]) == set()


def test_roles_become_what_the_groups_give(person: Person, site: Site, other_site: Site) -> None:
    user = person(Role.ANALYST)
    kept = Membership.objects.create(user=user, role="viewer", site=site)
    Membership.objects.create(user=user, role="engineer", site=site, zone=Zone.objects.create(site=site, name="Cell A"))
    regrant(user, {Grant("viewer", "works"), Grant("engineer", "elsewhere"), Grant("engineer", "unknown"), Grant("administrator", "works")})
    held: set[tuple[object, ...]] = set(Membership.objects.filter(user=user).values_list("role", "site__slug", "zone"))
    assert held == {("viewer", "works", None), ("engineer", "elsewhere", None)}
    assert Membership.objects.filter(pk=kept.pk).exists()
    regrant(user, set())
    assert not Membership.objects.filter(user=user).exists()
