"""The billing portal: change the card, end at the period's end or not, see the invoices."""

from datetime import UTC, datetime
from html import escape

from members.sandbox import charging, pages, subscriptions
from members.sandbox.cards import read_entry
from members.sandbox.pages import Page
from members.sandbox.store import Store
from members.sandbox.wire import Json

_FIELDS = ("number", "expiry", "cvc")
_OUTCOMES = {
    "draft": "Being drawn up",
    "open": "Not paid",
    "paid": "Paid",
    "uncollectible": "Given up",
    "void": "Void",
}


def answer(store: Store, method: str, ident: str, form: dict[str, str]) -> Page:
    """The portal's one page."""
    found = _find(store, ident)
    return _page(store, *found, pages.prefill(form), {}) if found else _lost()


def answer_card(store: Store, method: str, ident: str, form: dict[str, str]) -> Page:
    """Take another card; what is open is tried with it at once."""
    found = _find(store, ident)
    if found is None or method != "POST":
        return _lost()
    session, customer = found
    entry, problems = read_entry(form, customer["email"] or "nobody@example.org")
    if entry is None:
        return _page(store, session, customer, form, problems)
    with store.transaction():
        method_body = charging.save_method(store, entry, customer["id"])
        subscriptions.change_card(store, customer, method_body)
    return Page(status=303, location=f"/c/portal/{ident}")


def answer_cancel(store: Store, method: str, ident: str, form: dict[str, str]) -> Page:
    """Let a subscription end with its period, or go on after all."""
    found = _find(store, ident)
    about = store.find("subscription", form.get("subscription", "")) if found else None
    if found is None or about is None or method != "POST":
        return _lost()
    if about["customer"] != found[1]["id"]:
        return _lost()
    if about["status"] not in subscriptions.OVER:
        last = form.get("answer") == "end"
        subscriptions.update(store, about["id"], {"cancel_at_period_end": last})
    return Page(status=303, location=f"/c/portal/{ident}")


def answer_invoice(store: Store, method: str, ident: str, form: dict[str, str]) -> Page:
    """An invoice as the page that `hosted_invoice_url` leads to."""
    body = store.find("invoice", ident)
    if body is None:
        return _lost()
    total = pages.amount(body["total"], body["currency"])
    text = f"{total} of {_day(body['created'])}. {_OUTCOMES[body['status']]}."
    return pages.notice(200, f"Invoice {body['number']}", text, None)


def _find(store: Store, ident: str) -> tuple[Json, Json] | None:
    session = store.find("billing_portal.session", ident)
    customer = store.find("customer", session["customer"]) if session else None
    if session is None or customer is None or customer.get("deleted"):
        return None
    return session, customer


def _lost() -> Page:
    return pages.notice(404, "This page does not exist", "Go back and open it again.", None)


def _page(
    store: Store, session: Json, customer: Json, form: dict[str, str], problems: dict[str, str]
) -> Page:
    path = f"/c/portal/{session['id']}"
    running = store.matching("subscription", customer=customer["id"])
    fields = (
        pages.field_html(name, form.get(name, ""), problems.get(name), fixed=False)
        for name in _FIELDS
    )
    body = pages.render(
        "portal.html",
        path=path,
        email=escape(customer["email"] or "this customer"),
        back=_back_link(session),
        subscriptions="".join(_subscription(one, path) for one in running),
        card=_card(store, running),
        errors=pages.summary(problems),
        fields="".join(fields),
        invoices=_invoice_rows(store, customer),
        cards=pages.card_rows(path),
    )
    title = f"{'Error: ' if problems else ''}Billing"
    return Page(422 if problems else 200, pages.shell(title, body))


def _back_link(session: Json) -> str:
    if not session["return_url"]:
        return ""
    return f'<p><a href="{escape(session["return_url"])}">Back to the site</a></p>'


def _subscription(body: Json, path: str) -> str:
    item = body["items"]["data"][0]
    total = item["price"]["unit_amount"] * item["quantity"]
    return pages.render(
        "subscription.html",
        path=path,
        id=body["id"],
        amount=pages.amount(total, body["currency"]) + pages.every(item["price"]),
        state=_state(body),
        button=_button(body),
    )


def _button(body: Json) -> str:
    if body["status"] in subscriptions.OVER:
        return ""
    ends = body["cancel_at_period_end"]
    answer, label = ("keep", "Keep it going") if ends else ("end", "End it with this period")
    return f'<p><button class="btn quiet" name="answer" value="{answer}">{label}</button></p>'


def _state(body: Json) -> str:
    end = _day(subscriptions.period_end(body))
    if body["status"] in subscriptions.OVER:
        return f"Ended on {_day(body['ended_at'])}."
    if body["status"] in ("past_due", "unpaid"):
        return "The last payment failed. Give another card."
    return f"Ends on {end}." if body["cancel_at_period_end"] else f"Renews on {end}."


def _card(store: Store, running: list[Json]) -> str:
    ident = running[0]["default_payment_method"] if running else None
    method = store.find("payment_method", ident) if ident else None
    if method is None:
        return "There is no card."
    details = method[method["type"]]
    name = details.get("brand", "bank account").capitalize()
    return f"Payments are taken from {name} •••• {details['last4']}."


def _invoice_rows(store: Store, customer: Json) -> str:
    return "".join(
        f'<tr><td><a href="/c/invoice/{body["id"]}">{escape(body["number"] or "Draft")}</a></td>'
        f"<td>{_day(body['created'], '%b')}</td>"
        f"<td>{pages.amount(body['total'], body['currency'])}</td>"
        f"<td>{_OUTCOMES[body['status']]}</td></tr>"
        for body in store.matching("invoice", customer=customer["id"])
    )


def _day(moment: int, month: str = "%B") -> str:
    day = datetime.fromtimestamp(moment, UTC)
    return f"{day:{month}} {day.day}, {day.year}"
