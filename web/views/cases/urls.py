"""Routes of the case pages; none of their words reveals what is inside."""

from django.urls import URLPattern, path

from web.views.cases import (
    break_glass,
    case,
    exports,
    files,
    pair,
    parts,
    queue,
    signing,
    steps,
    transfers,
    writing,
)

urlpatterns: list[URLPattern] = [
    path("dossiers", case_list.Queue.as_view(), name="cases"),
    path("dossiers/affichage", case_list.Looks.as_view(), name="cases-looks"),
    path("dossiers/liste", case_list.ListFile.as_view(), name="cases-file"),
    path("dossiers/lot", bulk.Bulk.as_view(), name="cases-bulk"),
    path("dossiers/recherche", name_search.NameSearch.as_view(), name="name-search"),
    path("dossiers/vues", saved_views.SavedViews.as_view(), name="saved-views-page"),
    path("dossiers/vues/<uuid:pk>/retrait", saved_views.RemoveView.as_view(), name="saved-view-page-remove"),
    path("dossiers/charge", workload.Workload.as_view(), name="workload"),
    path("dossiers/charge/<uuid:user>", queue.OnesCases.as_view(), name="ones-cases"),
    path("echeances", queue.Clocks.as_view(), name="clocks-page"),
    path("signatures", queue.ToSign.as_view(), name="to-sign"),
    path("mesures", measures.Measures.as_view(), name="measures-page"),
    path("appels", calls.Calls.as_view(), name="calls"),
    path("transferts", transfers.Transfers.as_view(), name="transfers"),
    path("transferts/<uuid:pk>", transfers.OneTransfer.as_view(), name="transfer"),
    path("exports", exports.Exports.as_view(), name="exports"),
    path("exports/demande", exports.AskExport.as_view(), name="export-ask"),
    path("exports/<uuid:pk>", exports.OneExport.as_view(), name="export"),
    path("exports/<uuid:pk>/decision", exports.DecideExport.as_view(), name="export-decide"),
    path("exports/<uuid:pk>/fichier", exports.TakeExport.as_view(), name="export-take"),
    path("ouvertures", break_glass.Openings.as_view(), name="openings"),
    path("dossiers/<uuid:pk>", case.OneCase.as_view(), name="case"),
    path("dossiers/<uuid:pk>/redaction", writing.Writing.as_view(), name="assessment-writing"),
    path("dossiers/<uuid:pk>/pieces", files.Files.as_view(), name="case-files"),
    path("dossiers/<uuid:pk>/pieces/<uuid:part>/preuve", files.UnmarkFile.as_view(), name="case-file-unmark"),
    path("dossiers/<uuid:pk>/signature/<uuid:approval>", signing.Signature.as_view(), name="signature"),
    path("dossiers/<uuid:pk>/rapprochement/<uuid:pair>", pair.Pair.as_view(), name="case-pair"),
    path("dossiers/<uuid:pk>/etape/<slug:machine>/<slug:step>", steps.StepPage.as_view(), name="case-step"),
    path(
        "dossiers/<uuid:pk>/etape/<slug:machine>/<uuid:part>/<slug:step>",
        steps.StepPage.as_view(),
        name="case-part-step",
    ),
    path("dossiers/<uuid:pk>/<slug:part>", parts.Part.as_view(), name="case-part"),
]
