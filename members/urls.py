"""Addresses of people and money."""

from django.urls import path

from members import billing_views, invitation_views, moving_views, place_views, views, webhook

app_name = "members"
urlpatterns = [
    path("webhooks/stripe/", webhook.stripe_webhook, name="stripe-webhook"),
    path("join/", views.choose_chapter, name="join"),
    path("me/", views.home, name="home"),
    path("me/name/", views.name, name="name"),
    path("me/receipts/<int:pk>/", views.receipt, name="receipt"),
    path("<slug:chapter>/join/", views.choose_amount, name="join-amount"),
    path("<slug:chapter>/join/account/", views.give_account, name="join-account"),
    path("<slug:chapter>/join/review/", views.review, name="join-review"),
    path("<slug:chapter>/join/pay/", billing_views.pay_dues, name="join-pay"),
    path("<slug:chapter>/join/returned/", billing_views.returned, name="join-returned"),
    path("<slug:chapter>/join/done/", views.done, name="join-done"),
    path("<slug:chapter>/join/beside/", moving_views.join_beside, name="join-beside"),
    path("me/move/", moving_views.move, name="move"),
    path("<slug:chapter>/join/paid-place/", place_views.ask, name="place-ask"),
    path("<slug:chapter>/places/", place_views.queue, name="places"),
    path("<slug:chapter>/places/number/", place_views.limit, name="places-number"),
    path("<slug:chapter>/places/<int:pk>/", place_views.decide, name="place-decide"),
    path("<slug:chapter>/pay/<uuid:pk>/", billing_views.pay, name="pay"),
    # Invitations
    path("me/invitations/", invitation_views.invitations, name="invitations"),
    path("<slug:chapter>/invite/", invitation_views.invite, name="invite"),
    path("<slug:chapter>/invited/<slug:code>/", invitation_views.link, name="invitation-link"),
    path(
        "<slug:chapter>/invitations/",
        invitation_views.chapter_invitations,
        name="chapter-invitations",
    ),
    path(
        "<slug:chapter>/invitations/<str:token>/",
        invitation_views.invitation,
        name="invitation",
    ),
]
