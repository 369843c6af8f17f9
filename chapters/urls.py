"""The ground floor's pages."""

from django.urls import path

from chapters import job_views, mail_views, views, waitlist_views

app_name = "chapters"
urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("start/", views.start, name="start"),
    path("start/<slug:token>/", views.received, name="received"),
    path("join/waitlist/", waitlist_views.join_waitlist, name="waitlist"),
    path("join/waitlist/sent/", waitlist_views.sent, name="waitlist-sent"),
    path("join/waitlist/<slug:token>/", waitlist_views.entry, name="waitlist-entry"),
    path("method/", views.page, {"name": "method"}, name="method"),
    path("privacy/", views.page, {"name": "privacy"}, name="privacy"),
    path("accessibility/", views.page, {"name": "accessibility"}, name="accessibility"),
    path("mail/off/<str:token>/", mail_views.mail_off, name="mail-off"),
    path("help/", views.page, {"name": "help"}, name="help"),
    path("<slug:chapter>/jobs/<uuid:pk>/", job_views.job, name="job"),
    path("<slug:chapter>/jobs/<uuid:pk>/stop/", job_views.job_stop, name="job-stop"),
    path("<slug:chapter>/jobs/<uuid:pk>/files/<uuid:file>/", job_views.job_file, name="job-file"),
]
