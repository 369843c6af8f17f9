"""Refunds that fail later, disputes, fees and payouts in the sandbox."""

from typing import Any

import pytest
import stripe

from tests.members.stripe_shapes import check_shape, raw
from tests.sandboxes import (
    DISPUTED,
    GOOD,
    REFUND_FAILS,
    REFUND_WAITS,
    Sandbox,
    kinds,
    open_session,
    wait_until,
)


def paid(sandbox: Sandbox, card: str = GOOD) -> dict[str, Any]:
    """The charge of a paid session over $36."""
    ident = open_session(sandbox).id
    sandbox.control("POST", f"sessions/{ident}/pay", card=card)
    return raw(sandbox.client().v1.charges.list({"limit": 1}))["data"][0]


def read(sandbox: Sandbox, charge: dict[str, Any]) -> dict[str, Any]:
    return raw(sandbox.client().v1.charges.retrieve(charge["id"]))


def test_refund_of_this_card_fails_later(sandbox: Sandbox) -> None:
    charge = paid(sandbox, REFUND_FAILS)
    refund = sandbox.client().v1.refunds.create({"charge": charge["id"], "amount": 1000})
    assert (refund.status, read(sandbox, charge)["amount_refunded"]) == ("succeeded", 1000)
    sandbox.control("POST", "clock", seconds=61)
    failed = raw(sandbox.client().v1.refunds.retrieve(refund.id))
    assert (failed["status"], read(sandbox, charge)["amount_refunded"]) == ("failed", 0)
    assert kinds(sandbox)[-2:] == ["refund.updated", "refund.failed"]


def test_refund_of_this_card_takes_a_while(sandbox: Sandbox) -> None:
    charge = paid(sandbox, REFUND_WAITS)
    refund = sandbox.client().v1.refunds.create({"charge": charge["id"]})
    assert refund.status == "pending"
    assert sandbox.control("POST", f"refunds/{refund.id}/succeed")["status"] == "succeeded"
    assert kinds(sandbox)[-1] == "refund.updated"
    sandbox.control("POST", "clock", days=1)
    assert sandbox.client().v1.refunds.retrieve(refund.id).status == "succeeded"


def test_card_is_disputed_by_itself(sandbox: Sandbox) -> None:
    charge = paid(sandbox, DISPUTED)
    wait_until(lambda: read(sandbox, charge)["disputed"])
    (dispute,) = raw(sandbox.client().v1.disputes.list({"charge": charge["id"]}))["data"]
    assert (dispute["amount"], dispute["status"]) == (3600, "needs_response")
    assert check_shape(dispute) == 1
    assert kinds(sandbox)[-2:] == ["charge.dispute.created", "charge.dispute.funds_withdrawn"]


@pytest.mark.parametrize(("outcome", "nets"), [("won", [-5100, 3600]), ("lost", [-5100])])
def test_dispute_takes_money_and_perhaps_returns_it(
    sandbox: Sandbox, outcome: str, nets: list[int]
) -> None:
    charge = paid(sandbox)
    dispute = sandbox.control("POST", f"charges/{charge['id']}/dispute", reason="duplicate")
    with pytest.raises(OSError, match="400"):
        sandbox.control("POST", f"charges/{charge['id']}/dispute")
    closed = sandbox.control("POST", f"disputes/{dispute['id']}/close", outcome=outcome)
    assert [one["net"] for one in closed["balance_transactions"]] == nets
    seen = kinds(sandbox)[5:]
    assert seen == ["charge.dispute.closed"] + ["charge.dispute.funds_reinstated"] * (len(nets) - 1)
    with pytest.raises(stripe.InvalidRequestError):
        sandbox.client().v1.disputes.close(dispute["id"])


def test_payout_is_the_sum_of_its_balance_transactions(sandbox: Sandbox) -> None:
    charge = paid(sandbox)
    sandbox.client().v1.refunds.create({"charge": charge["id"], "amount": 600})
    client = sandbox.client().v1
    with pytest.raises(OSError, match="400"):
        sandbox.control("POST", "payouts")
    sandbox.control("POST", "clock", days=3)
    paid(sandbox)
    (payout,) = raw(client.payouts.list())["data"]
    assert payout["amount"] == 3600 - 134 - 600
    assert check_shape(payout) == 1
    asked: Any = {"payout": payout["id"], "expand": ["data.source"]}
    found = raw(client.balance_transactions.list(asked))["data"]
    assert [(one["type"], one["net"]) for one in found] == [
        ("payout", -2866),
        ("refund", -600),
        ("charge", 3466),
    ]
    assert [one["status"] for one in found] == ["available"] * 3
    assert [one["source"]["object"] for one in found] == ["payout", "refund", "charge"]
    rest = sandbox.control("POST", "payouts", all=True)
    assert rest["amount"] == 3466
    assert kinds(sandbox)[-2:] == ["payout.created", "payout.paid"]
