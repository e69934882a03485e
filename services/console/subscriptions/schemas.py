"""A subscription as JSON. What is read here fits by its form; whether it makes sense is checks.py's."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, pre_dump, validate

from services.console.v1.reading import PageArguments, Text
from shared.domain.hub.retry_profiles import LONGEST_OWN_WAIT_SECONDS, MOST_OWN_WAITS, PROFILES
from shared.domain.hub.subscription import (
    ApiKeys,
    Authentication,
    Basic,
    ClientCredentials,
    ContentType,
    HeaderProfile,
    Level,
    Subscription,
    UmmTerms,
)
from shared.domain.hub.triggers import Trigger
from shared.domain.hub.umm_profile import UmmTermsError, umm_terms

METHODS = ("POST", "PUT", "PATCH", "GET", "DELETE")
GENERATE = "generate"
_MOST_TEMPLATE_CHARACTERS = 256 * 1024

Fields = dict[str, Any]
"""Fields of a Subscription by name; `signing_secret` may be GENERATE."""


class HeaderJson(Schema):
    name = Text(required=True)
    value = Text(required=True, metadata={"description": "Shown as *** when read"})

    @post_load
    def _pair(self, data: Mapping[str, str], **_: Any) -> tuple[str, str]:
        return data["name"], data["value"]


class BasicJson(Schema):
    username = Text(required=True)
    password = Text(required=True, metadata={"description": "Shown as *** when read"})

    @post_load
    def _basic(self, data: Mapping[str, str], **_: Any) -> Basic:
        return Basic(**data)


class OauthJson(Schema):
    token_url = Text(2000, required=True)
    client_id = Text(required=True)
    client_secret = Text(required=True, metadata={"description": "Shown as *** when read"})
    scope = Text()
    in_form = fields.Boolean(metadata={"description": "Send id and secret in the form, not by Basic"})

    @post_load
    def _credentials(self, data: Mapping[str, Any], **_: Any) -> ClientCredentials:
        return ClientCredentials(**data)


class AuthenticationJson(Schema):
    api_keys = fields.List(fields.Nested(HeaderJson), metadata={"description": "At most five, all sent every time"})
    basic = fields.Nested(BasicJson, allow_none=True)
    oauth = fields.Nested(OauthJson, allow_none=True, metadata={"description": "OAuth 2.0 client credentials"})

    @post_load
    def _authentication(self, data: Mapping[str, Any], **_: Any) -> Authentication:
        keys = data.get("api_keys")
        return Authentication(
            api_keys=ApiKeys(tuple(keys)) if keys else None, basic=data.get("basic"), oauth=data.get("oauth")
        )


class UmmJson(Schema):
    client_key = Text(required=True, metadata={"description": "As the receiver assigned it, 10 letters and digits"})
    product = Text(required=True)
    payment_channel = Text(required=True)
    allow_long_client_key = fields.Boolean(load_only=True, metadata={"description": "Take up to 13 characters"})
    allow_other_values = fields.Boolean(load_only=True, metadata={"description": "Take values that UMM does not name"})

    @post_load
    def _terms(self, data: Mapping[str, Any], **_: Any) -> UmmTerms:
        try:
            return umm_terms(**data)
        except UmmTermsError as error:
            raise ValidationError(sentence(error)) from error


class RetryJson(Schema):
    profile = fields.String(validate=validate.OneOf(list(PROFILES)))
    waits_seconds = fields.List(
        fields.Integer(strict=True, validate=validate.Range(1, LONGEST_OWN_WAIT_SECONDS)),
        validate=validate.Length(max=MOST_OWN_WAITS),
        metadata={"description": "Your own waits between attempts, instead of a profile"},
    )

    @post_load
    def _retry(self, data: Mapping[str, Any], **_: Any) -> Fields:
        if len(data) != 1:
            raise ValidationError("Give either a profile or waits_seconds.")
        return {
            "retry_profile": data.get("profile", ""),
            "own_waits_seconds": tuple(data.get("waits_seconds", ())),
        }


class SubscriptionJson(Schema):
    """Loads the given fields of a Subscription; dumps one whose secrets are hidden."""

    id = fields.String(dump_only=True)
    name = Text(200)
    level = fields.Enum(Level, by_value=True, required=True)
    bank_id = Text(255, metadata={"description": "For the levels account and bank"})
    account_id = Text(255, metadata={"description": "For the level account: an IBAN, or the id of a loan"})
    trigger = fields.Enum(Trigger, by_value=True, required=True, metadata={"description": "See /v1/triggers"})
    url = Text(2000, required=True, metadata={"description": "Of https; {PLACEHOLDERS} in its path and query"})
    method = fields.String(validate=validate.OneOf(METHODS))
    content_type = fields.Enum(ContentType, by_value=True)
    template = Text(
        _MOST_TEMPLATE_CHARACTERS, metadata={"description": "The body with {PLACEHOLDERS}; empty for the event's JSON"}
    )
    headers = fields.List(fields.Nested(HeaderJson))
    authentication = fields.Nested(AuthenticationJson)
    header_profile = fields.Enum(HeaderProfile, by_value=True)
    umm = fields.Nested(UmmJson, allow_none=True, metadata={"description": "For the header profile umm"})
    retry = fields.Nested(RetryJson)
    signing_secret = Text(metadata={"description": '"generate", your own (whsec_...), or empty for none'})
    is_active = fields.Boolean()
    created_by = fields.String(dump_only=True)
    created_at = fields.AwareDateTime(dump_only=True)

    @post_load
    def _fields(self, data: Fields, **_: Any) -> Fields:
        found = dict(data)
        if "headers" in found:
            found["headers"] = tuple(found["headers"])
        retry: Fields = found.pop("retry", {})
        return found | retry

    @pre_dump
    def _document(self, subscription: Subscription, **_: Any) -> Fields:
        shown = subscription.authentication
        named = {name: getattr(subscription, name) for name in self.dump_fields if hasattr(subscription, name)}
        retry = (
            {"profile": subscription.retry_profile}
            if subscription.retry_profile
            else {"waits_seconds": subscription.own_waits_seconds}
        )
        return named | {
            "headers": _named(subscription.headers),
            "authentication": {
                "api_keys": _named(shown.api_keys.pairs if shown.api_keys else ()),
                "basic": shown.basic,
                "oauth": shown.oauth,
            },
            "retry": retry,
        }


class SubscriptionPatchJson(SubscriptionJson):
    """Of which nothing is required; to be made partial."""


class ListedSubscriptionJson(SubscriptionJson):
    """Whether there is a signing secret is shown of each alone: it is known to who can open it."""

    class Meta:
        exclude = ("signing_secret",)


class SubscriptionsJson(Schema):
    subscriptions = fields.List(fields.Nested(ListedSubscriptionJson))
    total = fields.Integer()


class SubscriptionArguments(PageArguments):
    bank = Text(255)
    account = Text(255)
    level = fields.Enum(Level, by_value=True)
    trigger = fields.Enum(Trigger, by_value=True)


def sentence(error: ValueError) -> str:
    """The domain's words as a sentence of their own."""
    text = str(error)
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def _named(pairs: tuple[tuple[str, str], ...]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]
