"""Root routes of the service."""

from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularJSONAPIView

from config import health, readiness
from config.metrics import view
from web import assets

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", readiness.readyz, name="readyz"),
    path("metrics", view.metrics, name="metrics"),
    path("api/schema/", SpectacularJSONAPIView.as_view(), name="schema"),
    path("api/v1/", include("audit.api.urls")),
    path("api/v1/", include("accounts.api.urls")),
    path("api/v1/", include("directory.api.urls")),
    path("api/v1/", include("referrals.composition.urls")),
    *assets.routes(),
    path("", include("web.urls")),
]

handler400 = "config.errors.bad_request"
handler403 = "config.errors.forbidden"
handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"
