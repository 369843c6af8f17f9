"""Addresses of people and money."""

from django.urls import path

from members import (
    billing_views,
    books_views,
    gift_views,
    invitation_views,
    moving_views,
    offer_views,
    organization_join_views,
    organization_views,
    place_views,
    privacy_views,
    views,
    webhook,
)

app_name = "members"
urlpatterns = [
    path("webhooks/stripe/", webhook.stripe_webhook, name="stripe-webhook"),
    path("join/", views.choose_chapter, name="join"),
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
    # A person's own data
    path("me/mail/", privacy_views.mail, name="mail"),
    path("me/zone/", privacy_views.zone, name="zone"),
    path("me/export/", privacy_views.files, name="files"),
    path("me/export/<uuid:pk>/", privacy_views.file, name="file"),
    path("me/statement/", privacy_views.statement, name="statement"),
    path("me/receipts/<int:pk>/pdf/", privacy_views.receipt, name="receipt-pdf"),
    path("me/erase/", privacy_views.erase, name="erase"),
    path("me/erase/undo/", privacy_views.keep_account, name="keep"),
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
    # Organizations
    path(
        "<slug:chapter>/organizations/", organization_views.directory, name="organization-directory"
    ),
    path(
        "<slug:chapter>/organizations/file.csv",
        organization_views.directory_file,
        name="organization-file",
    ),
    path(
        "<slug:chapter>/organizations/invitations/<str:token>/",
        organization_views.seat_invitation,
        name="seat-invitation",
    ),
    path(
        "<slug:chapter>/organizations/<int:pk>/",
        organization_views.organization,
        name="organization",
    ),
    path(
        "<slug:chapter>/organizations/<int:pk>/edit/",
        organization_views.edit,
        name="organization-edit",
    ),
    path(
        "<slug:chapter>/organizations/<int:pk>/seats/",
        organization_views.seats,
        name="organization-seats",
    ),
    path(
        "<slug:chapter>/organizations/<int:pk>/seats/<int:seat>/",
        organization_views.seat,
        name="organization-seat",
    ),
    path(
        "<slug:chapter>/organizations/<int:pk>/invitations/<int:invitation>/withdraw/",
        organization_views.withdraw,
        name="organization-withdraw",
    ),
    path(
        "<slug:chapter>/organizations/join/",
        organization_join_views.profile,
        name="organization-join",
    ),
    path(
        "<slug:chapter>/organizations/join/size/",
        organization_join_views.size,
        name="organization-join-size",
    ),
    path(
        "<slug:chapter>/organizations/join/review/",
        organization_join_views.review,
        name="organization-join-review",
    ),
    path(
        "<slug:chapter>/organizations/<int:pk>/renew/",
        organization_join_views.renew,
        name="organization-renew",
    ),
    path(
        "<slug:chapter>/organizations/pay/<uuid:pk>/",
        organization_join_views.pay,
        name="organization-pay",
    ),
    path(
        "<slug:chapter>/organizations/paid/",
        organization_join_views.paid,
        name="organization-paid",
    ),
    path(
        "<slug:chapter>/organizations/returned/",
        organization_join_views.returned,
        name="organization-returned",
    ),
    # Offers and needs
    path("<slug:chapter>/offers/", offer_views.offers, name="offers"),
    path("<slug:chapter>/offers/new/", offer_views.new_offer, name="offer-new"),
    path("<slug:chapter>/offers/mine/", offer_views.mine, name="offers-mine"),
    path("<slug:chapter>/offers/<int:pk>/", offer_views.offer, name="offer"),
    path("<slug:chapter>/offers/<int:pk>/edit/", offer_views.edit_offer, name="offer-edit"),
    path(
        "<slug:chapter>/offers/requests/<int:pk>/", offer_views.offer_request, name="offer-request"
    ),
    path("<slug:chapter>/needs/", offer_views.needs, name="needs"),
    path("<slug:chapter>/needs/new/", offer_views.new_need, name="need-new"),
    path("<slug:chapter>/needs/<int:pk>/", offer_views.need, name="need"),
    path("<slug:chapter>/needs/<int:pk>/edit/", offer_views.edit_need, name="need-edit"),
    path("<slug:chapter>/needs/<int:pk>/ask/<int:offer>/", offer_views.ask, name="need-ask"),
    # Gifts
    path("gift/", gift_views.choose, name="gift"),
    path("<slug:chapter>/gift/", gift_views.give, name="gift-give"),
    path("<slug:chapter>/gift/account/", gift_views.account, name="gift-account"),
    path("<slug:chapter>/gift/review/", gift_views.review, name="gift-review"),
    path("<slug:chapter>/gift/done/", gift_views.done, name="gift-done"),
    path("<slug:chapter>/gifts/<str:token>/", gift_views.answer, name="gift-answer"),
    # Dues
    path("me/billing/", billing_views.billing, name="billing"),
    path("me/billing/<int:pk>/stop/", billing_views.stop, name="billing-stop"),
    path("me/billing/<int:pk>/cancel/", billing_views.cancel, name="billing-cancel"),
    path("me/billing/<int:pk>/resume/", billing_views.resume, name="billing-resume"),
    path("me/billing/<int:pk>/portal/", billing_views.portal, name="billing-portal"),
    path("me/billing/<int:pk>/back/", billing_views.back_from_portal, name="billing-back"),
    # Open books, and what the council spends
    path("books/", books_views.national_books, name="national-books"),
    path("<slug:chapter>/books/", books_views.open_books, name="books"),
    path("<slug:chapter>/books.csv", books_views.open_books_csv, name="books-csv"),
    path("<slug:chapter>/expenses/", books_views.expense_list, name="expenses"),
    path(
        "<slug:chapter>/expenses/<int:pk>/approve/",
        books_views.expense_approve,
        name="expense-approve",
    ),
    path(
        "<slug:chapter>/expenses/<int:pk>/reject/",
        books_views.expense_reject,
        name="expense-reject",
    ),
    path("<slug:chapter>/expenses/<int:pk>/pay/", books_views.expense_pay, name="expense-pay"),
]
