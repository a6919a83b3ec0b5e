"""Routes of data breaches."""

from django.urls import path

from web.views.breaches import pages

urlpatterns = [
    path("violations", pages.Register.as_view(), name="breaches-page"),
    path("violations/registre", pages.RegisterTable.as_view(), name="breach-table"),
    path("violations/declarer", pages.Declare.as_view(), name="breach-declare-page"),
    path("violations/<uuid:pk>", pages.OneBreach.as_view(), name="breach-page"),
    path("violations/<uuid:pk>/etape/<slug:step>", pages.BreachStep.as_view(), name="breach-step-page"),
]
