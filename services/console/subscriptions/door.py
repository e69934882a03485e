"""/v1/subscriptions and /v1/triggers."""

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields

from services.console.access.roles import Role
from services.console.doors import Door
from services.console.subscriptions.register import Register
from services.console.subscriptions.schemas import (
    SubscriptionArguments,
    SubscriptionJson,
    SubscriptionPatchJson,
    SubscriptionsJson,
)
from services.console.subscriptions.trial import Trial
from services.console.v1.desk import Desk, role_missing
from services.console.v1.document import takes
from services.console.v1.problems import refuse
from services.console.v1.reading import arguments, json_object, loaded
from shared.domain.hub.delivery import Delivery
from shared.domain.hub.subscription import Subscription
from shared.domain.hub.triggers import Trigger, placeholders_of

_MANAGE = f"Role {Role.MANAGE_SUBSCRIPTIONS} at the bank; for the level system, for the whole system."
_TEST = f"Role {Role.SEND_TEST_WEBHOOK}, and {Role.MANAGE_SUBSCRIPTIONS} where the subscription is."


class SecretJson(Schema):
    signing_secret = fields.String(metadata={"description": "Shown this once"})


class TestSendJson(Schema):
    """Dumps a Delivery."""

    key = fields.String(attribute="id", metadata={"description": "See /v1/deliveries/{key}"})
    state = fields.String(attribute="state.value")
    failure_cause = fields.String()


class TriggerJson(Schema):
    name = fields.String()
    placeholders = fields.List(fields.String())


class TriggersJson(Schema):
    triggers = fields.List(fields.Nested(TriggerJson))


def subscriptions_door(desk: Desk, register: Register, trial: Trial) -> Door:
    blueprint = Blueprint("subscriptions", __name__, description="Who is told of what, where and how")
    _add_subscriptions(blueprint, desk, register)
    _add_acts(blueprint, desk, register, trial)

    @blueprint.get("/v1/triggers")
    @blueprint.response(200, TriggersJson)
    @takes(blueprint, "Any user.")
    def list_triggers() -> Any:
        """What there is to be told of, and what a template may name of it"""
        desk.login()
        return {
            "triggers": [
                {"name": trigger.value, "placeholders": [f"{{{name}}}" for name in sorted(placeholders_of(trigger))]}
                for trigger in Trigger
                if trigger is not Trigger.SUBSCRIPTION_TEST
            ]
        }

    return Door("/v1/", blueprint, refuse)


def _add_subscriptions(blueprint: Blueprint, desk: Desk, register: Register) -> None:
    whole, part, asked = SubscriptionJson(), SubscriptionPatchJson(partial=True), SubscriptionArguments()

    @blueprint.post("/v1/subscriptions")
    @blueprint.response(201, SubscriptionJson)
    @takes(blueprint, _MANAGE, whole)
    def create_subscription() -> Subscription:
        """Have events sent; a signing secret that is generated is shown in this answer alone"""
        caller = desk.login()
        return register.create(caller, loaded(whole, json_object()))

    @blueprint.get("/v1/subscriptions")
    @blueprint.response(200, SubscriptionsJson)
    @takes(blueprint, _MANAGE, query=asked)
    def list_subscriptions() -> Any:
        """List subscriptions, newest first"""
        caller = desk.login()
        found, total = register.page(caller, **arguments(asked))
        return {"subscriptions": found, "total": total}

    @blueprint.get("/v1/subscriptions/<subscription_id>")
    @blueprint.response(200, SubscriptionJson)
    @takes(blueprint, _MANAGE)
    def get_subscription(subscription_id: str) -> Subscription:
        """Show one, with *** for its secrets"""
        return register.show(desk.login(), subscription_id)

    @blueprint.patch("/v1/subscriptions/<subscription_id>")
    @blueprint.response(200, SubscriptionJson)
    @takes(blueprint, _MANAGE, part)
    def change_subscription(subscription_id: str) -> Subscription:
        """Change what is given and nothing else; *** keeps a secret"""
        caller = desk.login()
        return register.change(caller, subscription_id, loaded(part, json_object()))

    @blueprint.delete("/v1/subscriptions/<subscription_id>")
    @blueprint.response(204)
    @takes(blueprint, _MANAGE)
    def delete_subscription(subscription_id: str) -> None:
        """Delete it; what it was sent stays in the log"""
        register.delete(desk.login(), subscription_id)


def _add_acts(blueprint: Blueprint, desk: Desk, register: Register, trial: Trial) -> None:
    @blueprint.post("/v1/subscriptions/<subscription_id>/test")
    @blueprint.response(202, TestSendJson)
    @takes(blueprint, _TEST)
    def test_subscription(subscription_id: str) -> Delivery:
        """Have a test event sent, also when the subscription is switched off"""
        caller = desk.login()
        found = register.show(caller, subscription_id)
        if not caller.has(Role.SEND_TEST_WEBHOOK):
            raise role_missing(Role.SEND_TEST_WEBHOOK)
        return trial.send(found)

    @blueprint.post("/v1/subscriptions/<subscription_id>/rotate-secret")
    @blueprint.response(200, SecretJson)
    @takes(blueprint, _MANAGE)
    def rotate_secret(subscription_id: str) -> Any:
        """Make a new signing secret in the place of the old one"""
        return {"signing_secret": register.rotate_secret(desk.login(), subscription_id)}
