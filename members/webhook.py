"""Stripe's door: the raw body is verified before anything is parsed, then stored, then rung for."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from chapters.gates import public
from members import actions, gateway


@csrf_exempt
@require_POST
@public
def stripe_webhook(request: HttpRequest) -> HttpResponse:
    """200 once the event is stored, 413 for what no event can be, 400 for what Stripe didn't sign.

    Everybody may knock; the signature is the gate.
    """
    if int(request.META.get("CONTENT_LENGTH") or 0) > gateway.MAX_EVENT_BYTES:
        return HttpResponse("Too large.\n", status=413, content_type="text/plain")
    try:
        event = gateway.verify(request.body, request.headers.get("Stripe-Signature", ""))
    except gateway.BadEvent as error:
        return HttpResponse(f"{error}\n", status=400, content_type="text/plain")
    actions.receive_event(event)
    return HttpResponse("Stored.\n", content_type="text/plain")
