"""All addresses: the platform, the five apps, and the pages that read several of them."""

from typing import Any

from django.conf import settings
from django.urls import include, path

from partnerportal import checks  # noqa: F401 -- registers the checks with the addresses they look at

handler500 = "partnerportal.web.faults.server_error"
urlpatterns: list[Any] = [
    path("auth/", include("allauth.urls")),
    path("language/", include("django.conf.urls.i18n")),
    path("", include("partnerportal.home.urls")),
    path("", include("partnerportal.accounts.urls")),
    path("", include("partnerportal.catalogue.urls")),
    path("", include("partners.urls")),
    path("", include("clients.urls")),
    path("", include("billing.urls")),
    path("", include("tenders.urls")),
    path("", include("directory.urls")),
]
if settings.DEBUG or settings.DEMO:
    from partnerportal.web import styleguide

    urlpatterns += styleguide.urlpatterns
