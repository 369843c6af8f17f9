"""Doors of the open books, and of what the council spends."""

import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chapters.gates import council, public
from chapters.models import Chapter
from chapters.ready import ready
from chapters.requests import Request
from chapters.sheets import write_sheet
from members import charts
from members.actions import books, expenses
from members.forms import ExpenseForm, RejectionForm
from members.models import Entry, Expense, OpenEntry, OpenLine
from members.queries import books as queries

PAGE = 25
CSV_COLUMNS = ("number", "date", "kind", "people", "memo", "account", "account_name", "fund",
               "debit_cents", "credit_cents", "currency")  # fmt: skip
WORDS = {"together": "Receipts of several people"} | dict(Entry.Kind.choices)


# --- Open books ----------------------------------------------------------------------------------


@ready(query=["month", "fund", "account", "page"])
@public
@require_safe
def open_books(request: Request, chapter: str) -> HttpResponse:
    """A chapter's books for everybody."""
    here = request.chapter
    month = _month(request.GET.get("month", ""))
    fund, account = _code(request, "fund", 30), _code(request, "account", 8)
    found = queries.open_entries(here, month=month, fund_code=fund, account_code=account)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    kept = request.GET.copy()
    kept.pop("page", None)
    context = {
        "balance": queries.trial_balance(here),
        "funds": queries.fund_sums(here),
        "waiting": queries.waiting_count(here),
        "entries": _shown(list(page)),
        "page": page,
        "kept": kept.urlencode(),
        "months": queries.open_months(here),
        "month": month,
        "fund": fund,
        "account": account,
        **_charts(queries.monthly(here)),
    }
    return render(request, "members/books.html", context)


@public
@require_safe
def open_books_csv(request: Request, chapter: str) -> HttpResponse:
    """Every line of a chapter's open books as CSV."""
    here = request.chapter
    entries = list(queries.open_entries(here))
    lines = queries.lines_of(entries)
    rows = [_csv_row(entry, line) for entry in entries for line in lines[entry.pk]]
    name = f"{here.slug}-books.csv"
    response = HttpResponse(write_sheet(CSV_COLUMNS, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@ready
@public
@require_safe
def national_books(request: HttpRequest) -> HttpResponse:
    """The books of all chapters together."""
    chapters = queries.chapter_sums(Chapter.objects.order_by("name"))
    context = {
        "balance": queries.trial_balance(),
        "chapters": chapters,
        "income": sum(one.income for one in chapters),
        "spending": sum(one.spending for one in chapters),
        "held": sum(one.balance for one in chapters),
        **_charts(queries.monthly()),
    }
    return render(request, "members/national_books.html", context)


def _charts(months: tuple[queries.MonthSum, ...]) -> dict[str, Any]:
    drawn = [charts.columns(months, frame) for frame in (charts.WIDE, charts.NARROW)]
    return {
        "by_month": list(reversed(months)),
        "charts": [one for one in drawn if one],
        "income_total": sum(one.income for one in months),
        "spending_total": sum(one.spending for one in months),
    }


def _code(request: HttpRequest, name: str, longest: int) -> str:
    return request.GET.get(name, "").replace("\0", "")[:longest]


def _month(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(f"{text}-01")
    except ValueError:
        return None


def _shown(entries: list[OpenEntry]) -> list[dict[str, Any]]:
    lines = queries.lines_of(entries)
    return [
        {"entry": entry, "kind": WORDS.get(entry.kind, entry.kind), "lines": lines[entry.pk]}
        for entry in entries
    ]


def _csv_row(entry: OpenEntry, line: OpenLine) -> tuple[Any, ...]:
    return (
        entry.number,
        entry.occurred_on.isoformat(),
        entry.kind,
        entry.people or None,
        entry.memo,
        line.account_code,
        line.account_name,
        line.fund_code,
        line.debit,
        line.credit,
        line.currency,
    )


# --- Expenses ------------------------------------------------------------------------------------


@council
@require_http_methods(["GET", "HEAD", "POST"])
def expense_list(request: Request, chapter: str) -> HttpResponse:
    """What the council asks to spend, and the form to ask."""
    here = request.chapter
    funds = queries.fund_choices(here)
    form = ExpenseForm(request.POST or None, funds=funds, today=here.today)
    if request.method == "POST" and form.is_valid():
        expenses.request_expense(here, request.user, **form.wanted())
        messages.success(request, "Requested. Somebody else on the council decides.")
        return redirect("members:expenses", chapter)
    return _expense_page(request, here, form, status=422 if form.errors else 200)


@council
@require_POST
def expense_approve(request: HttpRequest, chapter: str, pk: int) -> HttpResponse:
    """Approve what another person asked for."""
    expense = get_object_or_404(Expense, pk=pk)
    today = expense.chapter.today
    try:
        expenses.approve_expense(expense, request.user, today=today)
        messages.success(request, "Approved. It is in the books.")
    except (expenses.SamePerson, expenses.AlreadyDecided, books.FundShort) as error:
        messages.error(request, str(error))
    return redirect("members:expenses", chapter)


@council
@require_POST
def expense_reject(request: HttpRequest, chapter: str, pk: int) -> HttpResponse:
    """Turn down what another person asked for, with the reason."""
    expense = get_object_or_404(Expense, pk=pk)
    form = RejectionForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(form.errors["reason"][0]))
        return redirect("members:expenses", chapter)
    try:
        expenses.reject_expense(expense, request.user, reason=form.cleaned_data["reason"])
        messages.success(request, "Rejected.")
    except (expenses.SamePerson, expenses.AlreadyDecided) as error:
        messages.error(request, str(error))
    return redirect("members:expenses", chapter)


@council
@require_POST
def expense_pay(request: HttpRequest, chapter: str, pk: int) -> HttpResponse:
    """Note that an approved expense was paid."""
    expense = get_object_or_404(Expense, pk=pk)
    try:
        paid_on = expense.chapter.today
        expenses.pay_expense(expense, request.user, paid_on=paid_on)
        messages.success(request, "Noted as paid.")
    except expenses.AlreadyDecided as error:
        messages.error(request, str(error))
    return redirect("members:expenses", chapter)


def _expense_page(
    request: HttpRequest, here: Chapter, form: ExpenseForm, status: int
) -> HttpResponse:
    rows = queries.expenses(here)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "waiting": queries.expenses_waiting(here)}
    return render(request, "members/expenses.html", context, status=status)
