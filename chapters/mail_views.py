"""The door for declining letters from a letter. Scanners open links, so opening changes nothing."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from chapters import mail_choices
from chapters.gates import public
from chapters.models import Chapter, MailChoice


# A mail program posts here without a cookie (RFC 8058); the token says who may.
@csrf_exempt
@public
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def mail_off(request: HttpRequest, token: str) -> HttpResponse:
    """Ask, on GET; decline, on POST."""
    known = mail_choices.read(token)
    if known is None:
        raise Http404("This link was not made by us.")
    is_off = request.method == "POST" and mail_choices.decline(token)
    topic = MailChoice.Topic(known[2]).label if known[2] in MailChoice.Topic.values else known[2]
    sender = Chapter.objects.filter(pk=known[1]).first()
    context = {"is_off": is_off, "topic": topic, "sender": sender}
    return render(request, "chapters/mail_off.html", context)
