"""Every address of the site; the chapters' own come last, since any word may be a city."""

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

import members.urls
from config import api_page, front, gates, workspace

# A member's home shows what that floor can't see: its address is theirs, its page is made above.
_members = ([path("me/", front.member_home, name="home"), *members.urls.urlpatterns], "members")

handler404 = "config.failures.not_found"
handler500 = "config.failures.server_error"
urlpatterns = [
    path("admin/", admin.site.urls),
    path("account/", include("allauth.urls")),
    path("api/v1/schema/", gates.public_api(SpectacularAPIView), name="api-schema"),
    path("api/v1/", api_page.api_home, name="api-home"),
    path("", include("measurement.urls")),
    path("", include("agendas.urls")),
    path("", include("convenings.urls")),
    path("", include(_members)),
    path("", include("chapters.urls")),
    path("", front.national_home, name="national-home"),
    path("<slug:chapter>/work/", workspace.workspace, name="chapter-work"),
    path("<slug:chapter>/", front.chapter_home, name="chapter-home"),
]
