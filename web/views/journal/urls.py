"""Routes of the journal's pages, and of auditors' questions to agents."""

from django.urls import URLPattern, path

from web.views.journal import anomalies, asked, lookups, pictures, proofs, questions, start

urlpatterns: list[URLPattern] = [
    path("journal", start.Attention.as_view(), name="journal"),
    path("journal/questions", questions.Questions.as_view(), name="journal-questions"),
    path("journal/questions/<slug:question>", questions.OneQuestion.as_view(), name="journal-question"),
    path("journal/entrees", questions.Entries.as_view(), name="journal-entries"),
    path("journal/tableau", questions.Table.as_view(), name="journal-table"),
    path("journal/reclamations", lookups.Lookups.as_view(), name="journal-lookups"),
    path("journal/reclamations/nouvelle", lookups.AskLookup.as_view(), name="journal-lookup-ask"),
    path("journal/reclamations/<uuid:pk>", lookups.OneLookup.as_view(), name="journal-lookup"),
    path(
        "journal/reclamations/<uuid:pk>/decision",
        lookups.DecideLookup.as_view(),
        name="journal-lookup-decide",
    ),
    path("journal/images", pictures.Pictures.as_view(), name="journal-pictures"),
    path("journal/preuves", proofs.Proofs.as_view(), name="journal-proofs"),
    path("journal/export", proofs.Export.as_view(), name="journal-export"),
    path("journal/verificateur", proofs.Verifier.as_view(), name="journal-verifier"),
    path("journal/anomalies", anomalies.Anomalies.as_view(), name="anomalies-page"),
    path("journal/anomalies/<uuid:pk>", anomalies.OneAnomaly.as_view(), name="anomaly-page"),
    path(
        "journal/anomalies/<uuid:pk>/identites",
        anomalies.Identities.as_view(),
        name="anomaly-identities-page",
    ),
    path(
        "journal/anomalies/<uuid:pk>/etape/<slug:step>",
        anomalies.AnomalyStep.as_view(),
        name="anomaly-step-page",
    ),
    path("acces", asked.AccessQuestions.as_view(), name="access-questions-page"),
    path("acces/<uuid:pk>", asked.AccessQuestion.as_view(), name="access-question-page"),
]
