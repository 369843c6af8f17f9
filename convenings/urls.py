"""Addresses of the convenings."""

from django.urls import path

from convenings import views

app_name = "convenings"
ONE = "<slug:chapter>/convenings/<int:pk>/"
urlpatterns = [
    path("convenings/", views.list_all, name="all"),
    path("<slug:chapter>/convenings/", views.list_chapter, name="list"),
    path(ONE, views.detail, name="detail"),
    path(f"{ONE}registered/", views.registered, name="registered"),
    path(f"{ONE}convening.ics", views.calendar, name="calendar"),
    path(
        "<slug:chapter>/convenings/registrations/<str:token>/",
        views.registration,
        name="registration",
    ),
]
