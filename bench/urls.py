"""Every address of the service, and the bare ones under ``/api/v1/bare/``: the same middleware before both."""

from django.urls import path

from bench.bare import views
from config.urls import urlpatterns as service

urlpatterns = [
    *service,
    path("api/v1/bare/referrals", views.Cases.as_view()),
    path("api/v1/bare/referrals/<uuid:pk>", views.OneCase.as_view()),
]
