"""What people type about ideas, cleaned."""

from typing import Any

from django import forms

from agendas.models import Decision, Idea, Project, Section
from chapters.fields import choice, line, offered, text
from chapters.once import OnceForm
from chapters.sharing import SharedForm
from members.models import Need

WHICH = "Choose which one"


class IdeaForm(OnceForm):
    """An idea or feedback."""

    title = line("Your idea in a few words", "Say your idea in a few words", 120)
    body = text("Tell us more", "Tell us more, so that somebody can act on it", 2000)
    about = choice(
        "About", [], "Choose from the list", "A part of the agenda, if you know", required=False
    )
    is_named = forms.BooleanField(label="Show my name beside it", required=False)

    def __init__(self, *args: Any, sections: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered(self.fields["about"], sections, "I don’t know")

    def fill(self, idea: Idea) -> Idea:
        """Put the answers into an idea, without storing it."""
        given = self.cleaned_data
        idea.title, idea.body, idea.is_named = given["title"], given["body"], given["is_named"]
        idea.sent_key = self.sent_key
        idea.about_id = int(given["about"]) if given["about"] else None
        return idea


class ReasonForm(forms.Form):
    """Why an idea is hidden."""

    reason = text("Why?", "Say why, so that its author can answer", 500, "Its author reads this")


class DisputeForm(forms.Form):
    """Why an idea should be seen."""

    words = text("Why should it be seen?", "Say why it should be seen", 1000)


class JudgeForm(forms.Form):
    """The second look."""

    show = choice(
        "The idea", [("", "Choose one"), ("yes", "Show it again"), ("no", "Keep it hidden")],
        "Choose whether it is shown",
    )  # fmt: skip
    words = text("Why?", "Say why, so that its author understands", 500, "Its author reads this")


class AnswerForm(SharedForm):
    """What an idea leads to."""

    way = choice("What becomes of it?", [("", "Choose one"), *Idea.Way.choices], "Choose one")
    project = choice("Project", [], WHICH, required=False)
    need = choice("Need", [], WHICH, required=False)
    decision = choice("Decision", [], WHICH, required=False)
    section = choice("Part of the agenda", [], WHICH, required=False)
    words = text("Your words to its author", "", 1000, "Needed where the idea is not used")

    def __init__(
        self, *args: Any, options: dict[str, list[tuple[str, str]]], **kwargs: Any
    ) -> None:
        """options: for each of the four the key and name of what may be chosen."""
        super().__init__(*args, **kwargs)
        for name, choices in options.items():
            offered(self.fields[name], choices, "None")

    @classmethod
    def of(cls, data: Any, idea: Idea, options: dict[str, list[tuple[str, str]]]) -> "AnswerForm":
        """The form with the answer that an idea has, if any."""
        found = {name: str(getattr(idea, f"{name}_id") or "") for name in options}
        initial = {"way": idea.way, "words": idea.answer, **found}
        return cls(data, initial=initial, options=options)

    def clean(self) -> dict[str, Any]:
        """An answer leads on, or says why not."""
        given: dict[str, Any] = super().clean() or {}
        way = given.get("way")
        if way in {"project", "need", "decision", "section"} and not given.get(way):
            self.add_error(way, WHICH)
        if way == Idea.Way.NOT_USED and not given.get("words"):
            self.add_error("words", "Say why it is not used")
        return given

    def leads_to(self) -> dict[str, Any]:
        """What was chosen, under its name."""
        found = {"project": Project, "need": Need, "decision": Decision, "section": Section}
        way = self.cleaned_data["way"]
        if way not in found:
            return {}
        return {way: found[way]._default_manager.get(pk=self.cleaned_data[way])}
