"""The admin site of the backbone organisation."""

from allauth.account.decorators import secure_admin_login
from django.contrib.admin import AdminSite


class BackboneSite(AdminSite):
    """Django admin under the scope of all chapters (chapters.middleware), signed in by allauth."""

    site_header = "Network City backbone"
    site_title = "Backbone"
    index_title = "Run the network"
    login = secure_admin_login(AdminSite.login)
