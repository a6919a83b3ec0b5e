"""Every address of the service, and the baselines' under ``/api/v1/bare/`` and ``packages/``: one middleware before all."""

from django.urls import path

from bench.bare import views as bare
from bench.packages import views as packages
from config.urls import urlpatterns as service

urlpatterns = [
    *service,
    path("api/v1/bare/referrals", bare.Cases.as_view()),
    path("api/v1/bare/referrals/<uuid:pk>", bare.OneCase.as_view()),
    path("api/v1/packages/referrals", packages.Cases.as_view()),
    path("api/v1/packages/referrals/<uuid:pk>", packages.OneCase.as_view()),
]
