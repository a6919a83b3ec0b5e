"""Routes of the journal's pages, and of auditors' questions to agents."""

from django.urls import URLPattern

from web.page import page
from web.views.journal import anomalies, asked, lookups, pictures, proofs, questions, start

urlpatterns: list[URLPattern] = [
    page("journal", start.Attention, "journal"),
    page("journal/questions", questions.Questions, "journal-questions"),
    page("journal/questions/<slug:question>", questions.OneQuestion, "journal-question"),
    page("journal/entrees", questions.Entries, "journal-entries"),
    page("journal/tableau", questions.Table, "journal-table"),
    page("journal/reclamations", lookups.Lookups, "journal-lookups"),
    page("journal/reclamations/nouvelle", lookups.AskLookup, "journal-lookup-ask"),
    page("journal/reclamations/<uuid:pk>", lookups.OneLookup, "journal-lookup"),
    page("journal/reclamations/<uuid:pk>/decision", lookups.DecideLookup, "journal-lookup-decide"),
    page("journal/images", pictures.Pictures, "journal-pictures"),
    page("journal/preuves", proofs.Proofs, "journal-proofs"),
    page("journal/export", proofs.Export, "journal-export"),
    page("journal/verificateur", proofs.Verifier, "journal-verifier"),
    page("journal/anomalies", anomalies.Anomalies, "anomalies-page"),
    page("journal/anomalies/<uuid:pk>", anomalies.OneAnomaly, "anomaly-page"),
    page("journal/anomalies/<uuid:pk>/identites", anomalies.Identities, "anomaly-identities-page"),
    page("journal/anomalies/<uuid:pk>/etape/<slug:step>", anomalies.AnomalyStep, "anomaly-step-page"),
    page("acces", asked.AccessQuestions, "access-questions-page"),
    page("acces/<uuid:pk>", asked.AccessQuestion, "access-question-page"),
]
