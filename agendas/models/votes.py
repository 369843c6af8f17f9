"""Votes on decisions, one row a seat, with every earlier choice; objections and their answers."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from agendas.models.decisions import Decision, Delegation, Elector
from chapters.owned import ChapterOwned


class Choice(models.TextChoices):
    """What can be said; the first three under consent, the others under majorities."""

    CONSENT = "consent", "Consent"
    ASIDE = "aside", "Stand aside"
    OBJECT = "object", "Object"
    YES = "for", "For"
    NO = "against", "Against"
    ABSTAIN = "abstain", "Abstain"


class Vote(ChapterOwned):
    """How a seat votes now; the database holds one row a seat."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="votes")
    elector = models.OneToOneField(Elector, on_delete=models.PROTECT, related_name="vote")
    delegation = models.ForeignKey(
        Delegation, on_delete=models.PROTECT, null=True, related_name="+",
        help_text="Set where a delegate cast it",
    )  # fmt: skip
    choice = models.CharField(max_length=7, choices=Choice)
    reason = models.TextField(blank=True)
    cast_at = models.DateTimeField(auto_now=True)

    class Meta(ChapterOwned.Meta):
        ordering = ["id"]
        constraints = [*ChapterOwned.Meta.constraints]

    def __str__(self) -> str:
        return self.get_choice_display()


class VoteChange(ChapterOwned):
    """Every choice that was ever made; never changed or deleted."""

    OWNER = "by"

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="changes")
    elector = models.ForeignKey(Elector, on_delete=models.PROTECT, related_name="changes")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    choice = models.CharField(max_length=7, choices=Choice)
    reason = models.TextField(blank=True)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta(ChapterOwned.Meta):
        ordering = ["id"]
        constraints = [*ChapterOwned.Meta.constraints]

    def __str__(self) -> str:
        return self.get_choice_display()


class Objection(ChapterOwned):
    """Why a seat objects; stands until it is withdrawn."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="objections")
    elector = models.ForeignKey(Elector, on_delete=models.PROTECT, related_name="objections")
    reason = models.TextField()
    made_at = models.DateTimeField(auto_now_add=True)
    kept_at = models.DateTimeField(null=True, help_text="Read the answer and keeps it")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta(ChapterOwned.Meta):
        ordering = ["id"]
        constraints = [
            *ChapterOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["elector"], condition=Q(withdrawn_at__isnull=True),
                name="agendas_one_objection_stands",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.reason

    @property
    def stands(self) -> bool:
        """True until it is withdrawn."""
        return self.withdrawn_at is None


class ObjectionAnswer(ChapterOwned):
    """What the chair or the proposer answered; never changed or deleted."""

    OWNER = "by"

    objection = models.ForeignKey(Objection, on_delete=models.PROTECT, related_name="answers")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta(ChapterOwned.Meta):
        ordering = ["id"]
        constraints = [*ChapterOwned.Meta.constraints]

    def __str__(self) -> str:
        return self.text
