"""Routes of data breaches."""

from web.page import page
from web.views.breaches import pages

urlpatterns = [
    page("violations", pages.Register, "breaches-page"),
    page("violations/registre", pages.RegisterTable, "breach-table"),
    page("violations/declarer", pages.Declare, "breach-declare-page"),
    page("violations/<uuid:pk>", pages.OneBreach, "breach-page"),
    page("violations/<uuid:pk>/etape/<slug:step>", pages.BreachStep, "breach-step-page"),
]
