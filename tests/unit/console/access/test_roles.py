"""Which roles there are, and where each can be held."""

import pytest

from services.console.access.caller import Caller
from services.console.access.roles import REACH, Reach, Role, UnknownGrantError, parse_grant

BANKS = ("gh.29.uk", "other")


@pytest.mark.parametrize("role", Role)
def test_every_role_is_held_somewhere_and_reads_back_as_it_was_written(role: Role) -> None:
    forms = {
        Reach.BANK: [f"{role}@gh.29.uk"],
        Reach.SYSTEM: [role.value],
        Reach.EITHER: [role.value, f"{role}@gh.29.uk"],
    }
    for text in forms[REACH[role]]:
        assert str(parse_grant(text, BANKS)) == text


@pytest.mark.parametrize("text", ["CanDoEverything", "cancreatewebhook@other", "", "@other", "CanCreateWebhook "])
def test_an_unknown_role_is_refused_with_the_list_of_roles(text: str) -> None:
    with pytest.raises(UnknownGrantError) as refused:
        parse_grant(text, BANKS)
    assert all(role.value in str(refused.value) for role in Role)


@pytest.mark.parametrize("bank", ["", "nowhere", "OTHER", "other "])
def test_an_unknown_bank_is_refused_with_the_list_of_banks(bank: str) -> None:
    with pytest.raises(UnknownGrantError, match=r"BANKS names gh\.29\.uk, other\."):
        parse_grant(f"CanCreateWebhook@{bank}", BANKS)


def test_a_role_of_banks_is_not_held_for_the_whole_system() -> None:
    with pytest.raises(UnknownGrantError, match="CanGetWebhooks is held at a bank: write CanGetWebhooks@BANK"):
        parse_grant("CanGetWebhooks", BANKS)


def test_a_role_of_the_system_is_not_held_at_a_bank() -> None:
    with pytest.raises(UnknownGrantError, match="CanSendTestWebhook is held for the whole system"):
        parse_grant("CanSendTestWebhook@other", BANKS)


def test_a_caller_has_a_role_exactly_where_it_is_held() -> None:
    caller = Caller("id", "ann", frozenset({"CanManageSubscriptions", "CanGetWebhooks@other", "CanOfAnotherRelease"}))

    assert caller.has(Role.MANAGE_SUBSCRIPTIONS)
    assert not caller.has(Role.MANAGE_SUBSCRIPTIONS, "other")
    assert caller.has(Role.GET_WEBHOOKS, "other")
    assert not caller.has(Role.GET_WEBHOOKS)
    assert not caller.has(Role.GET_WEBHOOKS, "gh.29.uk")
    assert caller.banks_with(Role.GET_WEBHOOKS, BANKS) == ["other"]
