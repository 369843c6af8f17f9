"""Every address of the site; the chapters' own come last, since any word may be a city."""

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from config import api_page, front, gates

handler500 = "config.failures.server_error"
urlpatterns = [
    path("admin/", admin.site.urls),
    path("account/", include("allauth.urls")),
    path("api/v1/schema/", gates.public_api(SpectacularAPIView), name="api-schema"),
    path("api/v1/", api_page.api_home, name="api-home"),
    path("", include("measurement.urls")),
    path("", include("agendas.urls")),
    path("", include("convenings.urls")),
    path("", include("members.urls")),
    path("", include("chapters.urls")),
    path("", front.national_home, name="national-home"),
    path("<slug:chapter>/", front.chapter_home, name="chapter-home"),
]
