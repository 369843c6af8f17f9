"""The council's page of targets."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from chapters.gates import council
from chapters.models import Chapter
from measurement.actions.claims import set_target, withdraw_target
from measurement.foretelling import target_rows
from measurement.models import Target
from measurement.target_forms import TargetForm


@council
@require_http_methods(["GET", "HEAD", "POST"])
def targets(request: HttpRequest, chapter: str) -> HttpResponse:
    """The targets that stand, and a form for another."""
    mine: Chapter = request.chapter  # type: ignore[attr-defined]
    form = TargetForm(mine, request.POST or None)
    if request.method == "POST" and form.is_valid():
        set_target(mine, by=request.user, **form.cleaned_data)
        messages.success(request, "The target stands.")
        return redirect("measurement:targets", chapter=chapter)
    context = {"form": form, "targets": target_rows(mine)}
    status = 422 if form.errors else 200
    return render(request, "measurement/targets.html", context, status=status)


@council
@require_POST
def withdraw(request: HttpRequest, chapter: str, pk: int) -> HttpResponse:
    """Let a target stand no longer."""
    mine: Chapter = request.chapter  # type: ignore[attr-defined]
    target = get_object_or_404(Target.objects.select_related("indicator", "group"), pk=pk)
    withdraw_target(mine, target.indicator, target.group, request.user)
    messages.success(request, "The target was withdrawn.")
    return redirect("measurement:targets", chapter=chapter)
