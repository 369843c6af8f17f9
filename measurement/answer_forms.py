"""What somebody answers: one form for a whole survey, checked with its branches."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms

from measurement.models import Question

Kind = Question.Kind
LONGEST_WORDS = 2000


@dataclass(frozen=True)
class Row:
    """A question on the page; `after` and `after_text` say which answer it follows."""

    field: forms.BoundField
    pk: int
    after: int | None
    after_text: str
    after_question: str


class AnswerForm(forms.Form):
    """A field for each question, `q` and its number.

    Questions that were not to be shown are not asked for, and what was sent for them is dropped.
    """

    use_required_attribute = False

    def __init__(self, questions: Sequence[Question], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = questions
        for question in questions:
            self.fields[_name(question)] = _field(question)

    def rows(self) -> list[Row]:
        """The questions in their order, with their fields."""
        return [
            Row(
                self[_name(question)],
                question.pk,
                question.shown_if_id,
                question.shown_if.text if question.shown_if else "",
                question.shown_if.question.text if question.shown_if else "",
            )
            for question in self.questions
        ]

    def add_error(self, field: Any, error: Any) -> None:
        """Say what is wrong with an answer once, however many rules it breaks."""
        super().add_error(field, error)
        for messages in self.errors.values():
            messages.data = list({str(each): each for each in messages.data}.values())

    def clean(self) -> dict[str, Any]:
        """Only the questions that were shown, in their order: branches end where they end."""
        data: dict[str, Any] = super().clean() or {}
        picked: set[int] = set()
        for question in self.questions:
            name = _name(question)
            if question.shown_if_id is not None and question.shown_if_id not in picked:
                self.errors.pop(name, None)
                data.pop(name, None)
            elif question.has_choices and data.get(name):
                given = data[name]
                picked |= {int(pk) for pk in (given if isinstance(given, list) else [given])}
        return data

    def given(self) -> dict[int, list[int] | Decimal | str]:
        """What is to be stored, by question; nothing for what was left empty."""
        found: dict[int, list[int] | Decimal | str] = {}
        for question in self.questions:
            answer = self.cleaned_data.get(_name(question))
            if answer in (None, "", []):
                continue
            if question.has_choices:
                found[question.pk] = [int(pk) for pk in _as_list(answer)]
            else:
                found[question.pk] = answer
        return found


def _name(question: Question) -> str:
    return f"q{question.pk}"


def _as_list(answer: Any) -> list[Any]:
    return answer if isinstance(answer, list) else [answer]


def _field(question: Question) -> forms.Field:
    about: dict[str, Any] = {
        "label": question.text, "help_text": question.hint, "required": question.is_required,
    }  # fmt: skip
    if question.kind == Kind.NUMBER:
        return _number(question, about)
    if question.kind == Kind.TEXT:
        missing = f"Write an answer to “{question.text}”"
        return forms.CharField(
            max_length=LONGEST_WORDS, widget=forms.Textarea({"class": "input w-l", "rows": 5}),
            error_messages={
                "required": missing, "max_length": f"Use {LONGEST_WORDS:,} characters or fewer",
            }, **about,
        )  # fmt: skip
    choices = [(str(choice.pk), choice.text) for choice in question.choices.all()]
    missing = f"Choose an answer to “{question.text}”"
    errors = {"required": missing, "invalid_choice": missing, "invalid_list": missing}
    if question.kind == Kind.SEVERAL:
        boxes = forms.CheckboxSelectMultiple()
        return forms.MultipleChoiceField(
            choices=choices, widget=boxes, error_messages=errors, **about
        )
    return forms.ChoiceField(
        choices=choices, widget=forms.RadioSelect(), error_messages=errors, **about
    )


def _number(question: Question, about: dict[str, Any]) -> forms.Field:
    least, most = question.least, question.most
    parts = [f"from {_plain(least)}" if least is not None else "",
             f"up to {_plain(most)}" if most is not None else ""]  # fmt: skip
    within = " ".join(part for part in parts if part)
    wrong = f"Enter a number {within} for “{question.text}”".replace("  ", " ")
    hints = [about.pop("help_text"), question.unit.capitalize()]
    return forms.DecimalField(
        min_value=least, max_value=most, max_digits=12, decimal_places=2,
        widget=forms.TextInput({"class": "input", "inputmode": "decimal", "autocomplete": "off"}),
        help_text=". ".join(hint.rstrip(".") for hint in hints if hint),
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value", "max_digits", "max_decimal_places",
             "max_whole_digits"), wrong,
        ), **about,
    )  # fmt: skip


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
