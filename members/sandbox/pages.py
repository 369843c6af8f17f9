"""The pay page: plain HTML, no script, no card number kept. Its parts serve the portal too."""

from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import urlsplit

from members.sandbox import checkout
from members.sandbox.cards import BY_NUMBER, CARDS, read_entry
from members.sandbox.store import Store
from members.sandbox.wire import Json, StripeError

_HTML = Path(__file__).parent / "html"
_NO_CENTS = {"jpy", "krw", "vnd", "clp", "xof", "xaf", "pyg", "ugx", "rwf"}
LABELS = {
    "number": ("Card number", "numeric", "Only the test cards on this page work."),
    "expiry": ("Expiry date", "text", "Month and year, like 12/34."),
    "cvc": ("Security code", "numeric", "Any digits: 3, or 4 for American Express."),
    "email": ("E-mail", "email", "For the receipt."),
}


@dataclass(frozen=True)
class Page:
    """An HTML answer: a page, or a redirect when `location` is set."""

    status: int = 200
    html: str = ""
    location: str = ""
    origins: list[str] = field(default_factory=list)


def stylesheet() -> bytes:
    """The one CSS file."""
    return (_HTML / "sandbox.css").read_bytes()


def answer(store: Store, method: str, ident: str, form: dict[str, str]) -> Page:
    """One request to a pay page."""
    session = _session(store, ident)
    if session is None:
        return _lost()
    if method == "POST":
        return _press_pay(store, session, form)
    if session["status"] != "open":
        return _closed(session)
    return _pay_page(store, session, prefill(form), {})


def answer_confirm(store: Store, method: str, ident: str, form: dict[str, str]) -> Page:
    """One request to the page on which the payer plays the bank."""
    session = _session(store, ident)
    if session is None:
        return _lost()
    if method == "POST":
        passed = form.get("answer") == "complete"
        return _after(store, checkout.confirm(store, ident, passed=passed))
    return _confirm_page(store, session) if session["status"] == "open" else _closed(session)


def _session(store: Store, ident: str) -> Json | None:
    try:
        return checkout.find_session(store, ident)
    except StripeError:
        return None


def _lost() -> Page:
    return notice(404, "This payment page does not exist", "Check the address.", None)


def prefill(query: dict[str, str]) -> dict[str, str]:
    """An empty form, or one filled with the test card that the payer chose."""
    card = BY_NUMBER.get(query.get("card", ""))
    if card is None:
        return {}
    digits = "1234" if card.brand == "amex" else "123"
    return {"number": card.spaced, "expiry": "12/34", "cvc": digits}


def _press_pay(store: Store, session: Json, form: dict[str, str]) -> Page:
    entry, problems = read_entry(form, _fixed_email(store, session))
    if session["status"] == "open" and entry is None:
        return _pay_page(store, session, form, problems)
    if entry is not None:
        session = checkout.pay(store, session["id"], entry)
    return _after(store, session)


def _after(store: Store, session: Json) -> Page:
    """Where to go once the state is known: on, to confirm, or back to the form."""
    if session["status"] == "complete":
        target = session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"])
        return Page(status=303, location=target)
    if session["status"] == "expired":
        return _closed(session)
    waits = _intent_status(store, session) == "requires_action"
    return Page(status=303, location=f"/c/pay/{session['id']}{'/confirm' if waits else ''}")


def _intent_status(store: Store, session: Json) -> str:
    intent = checkout.intent_of(store, session)
    return intent["status"] if intent else ""


def _fixed_email(store: Store, session: Json) -> str | None:
    if session["customer"]:
        customer = store.find("customer", session["customer"]) or {}
        return customer.get("email")
    return session["customer_email"]


def _closed(session: Json) -> Page:
    if session["status"] == "complete":
        paid = session["payment_status"] == "paid"
        text = "The payment went through." if paid else "The payment is on its way."
        back = session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"])
        return notice(200, "This payment is complete", f"{text} You pay only once.", back)
    text = "Nothing was charged. Go back and start again."
    return notice(200, "This payment page has expired", text, session["cancel_url"])


def notice(status: int, title: str, text: str, back: str | None) -> Page:
    """A page of one sentence, with a way on where there is one."""
    link = f'<p><a class="btn" href="{escape(back)}">Continue</a></p>' if back else ""
    body = render("notice.html", title=escape(title), text=escape(text), link=link)
    return Page(status, shell(title, body))


def _confirm_page(store: Store, session: Json) -> Page:
    if _intent_status(store, session) != "requires_action":
        return Page(status=303, location=f"/c/pay/{session['id']}")
    body = render("confirm.html", id=session["id"], amount=_money(session))
    return Page(200, shell("Confirm this payment", body), origins=_origins(session))


def _pay_page(store: Store, session: Json, form: dict[str, str], problems: dict[str, str]) -> Page:
    fixed = _fixed_email(store, session)
    values = {**form, "email": fixed or form.get("email", "")}
    body = render(
        "pay.html",
        id=session["id"],
        amount=_money(session),
        lines=_lines(store, session),
        errors=summary(problems) or _refusal(store, session),
        fields="".join(
            field_html(name, values.get(name, ""), problems.get(name), fixed=bool(fixed))
            for name in LABELS
        ),
        back=_back_link(session),
        cards=card_rows(f"/c/pay/{session['id']}"),
    )
    title = f"{'Error: ' if problems else ''}Pay {_money(session)}"
    return Page(422 if problems else 200, shell(title, body), origins=_origins(session))


def _lines(store: Store, session: Json) -> str:
    return "".join(
        f"<div><dt>{escape(line['description'])}{_times(line['quantity'])}</dt>"
        f"<dd>{amount(line['amount_total'], line['currency'])}{every(line['price'])}</dd></div>"
        for line in checkout.lines(store, session["id"])
    )


def every(price: Json) -> str:
    """How often a price is due: " every year", " every 3 months", or nothing."""
    again = price["recurring"]
    if again is None:
        return ""
    count = again["interval_count"]
    return f" every {count} {again['interval']}s" if count > 1 else f" every {again['interval']}"


def _times(quantity: int) -> str:
    return f" &times; {quantity}" if quantity > 1 else ""


def summary(problems: dict[str, str]) -> str:
    """The list of what to correct, or nothing."""
    if not problems:
        return ""
    links = "".join(
        f'<li><a href="#{name}">{escape(text)}</a></li>' for name, text in problems.items()
    )
    return (
        '<div class="notice bad" role="alert" tabindex="-1" autofocus>'
        f"<h2>There is a problem</h2><ul>{links}</ul><p>Nothing was charged.</p></div>"
    )


def _refusal(store: Store, session: Json) -> str:
    """Why the last attempt did not go through, if there was one."""
    intent = checkout.intent_of(store, session)
    error = intent["last_payment_error"] if intent else None
    if not error:
        return ""
    return (
        '<div class="notice bad" role="alert"><h2>The payment did not go through</h2>'
        f"<p>{escape(error['message'])} Nothing was charged. Try another card.</p></div>"
    )


def field_html(name: str, value: str, problem: str | None, *, fixed: bool) -> str:
    """One field of a card form with its label, its hint and what is wrong with it."""
    label, mode, hint = LABELS[name]
    alert = f'<p class="error" id="{name}-error">{escape(problem)}</p>' if problem else ""
    described = f"{name}-hint {name}-error" if problem else f"{name}-hint"
    return render(
        "field.html",
        name=name,
        label=label,
        hint=hint,
        error=alert,
        described=described,
        kind="email" if name == "email" else "text",
        mode=mode,
        value=escape(value),
        flags=(' aria-invalid="true"' if problem else "")
        + (" readonly" if name == "email" and fixed else ""),
    )


def _back_link(session: Json) -> str:
    if not session["cancel_url"]:
        return ""
    return f'<a href="{escape(session["cancel_url"])}">Back without paying</a>'


def card_rows(path: str) -> str:
    """The rows of the table of test cards; each number fills the form at `path`."""
    return "".join(
        f'<tr><td><a href="{path}?card={card.number}">{card.spaced}</a></td>'
        f"<td>{escape(card.label)}</td></tr>"
        for card in CARDS
    )


def _money(session: Json) -> str:
    return amount(session["amount_total"], session["currency"])


def amount(cents: int, currency: str) -> str:
    """`1200, "usd"` as `$12.00`; other currencies as `12.00 EUR`."""
    text = f"{cents:,}" if currency in _NO_CENTS else f"{cents // 100:,}.{cents % 100:02}"
    return f"${text}" if currency == "usd" else f"{text} {currency.upper()}"


def _origins(session: Json) -> list[str]:
    """Where the form may lead: browsers hold redirects to `form-action` as well."""
    parts = urlsplit(session["success_url"])
    return [f"{parts.scheme}://{parts.netloc}"]


def shell(title: str, body: str) -> str:
    """A whole page around its body."""
    return render("page.html", title=escape(title), body=body)


def render(template: str, /, **values: str) -> str:
    """A template with its values; whoever calls escapes them."""
    return Template((_HTML / template).read_text()).substitute(values)
