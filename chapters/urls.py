"""The ground floor's pages."""

from django.urls import path

from chapters import views

app_name = "chapters"
urlpatterns = [
    path("", views.national_home, name="national-home"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("<slug:chapter>/", views.home, name="home"),
]
