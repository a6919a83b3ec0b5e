"""Routes of the directory."""

from django.urls import path

from web.views.directory import editing, imports, reports, search, secrets, service, structures

urlpatterns = [
    path("annuaire", search.Search.as_view(), name="directory"),
    path("annuaire/services/<uuid:pk>", service.OneService.as_view(), name="directory-service"),
    path("annuaire/services/<uuid:pk>/nuit", service.NightPhone.as_view(), name="directory-night"),
    path("annuaire/services/<uuid:pk>/erreur", service.Report.as_view(), name="directory-report"),
    path("annuaire/adresses/<uuid:pk>", service.OpenAddress.as_view(), name="directory-address"),
    path("annuaire/signalements", reports.Tasks.as_view(), name="directory-tasks"),
    path("annuaire/signalements/<uuid:pk>", reports.Settle.as_view(), name="directory-settle"),
    path("annuaire/doublons/<uuid:pk>/<uuid:other>", reports.Merge.as_view(), name="directory-merge"),
    path("annuaire/ouvertures", secrets.Openings.as_view(), name="directory-openings"),
    path("annuaire/ouvertures/<uuid:pk>", secrets.Look.as_view(), name="directory-look"),
    path("annuaire/imports", imports.Imports.as_view(), name="directory-imports"),
    path("annuaire/imports/nouveau", imports.NewImport.as_view(), name="directory-import-new"),
    path("annuaire/imports/modele", imports.Template.as_view(), name="directory-import-template"),
    path("annuaire/imports/retenues", imports.HeldRows.as_view(), name="directory-held"),
    path("annuaire/imports/retenues/<uuid:pk>", imports.SettleHeld.as_view(), name="directory-held-settle"),
    path("annuaire/imports/<uuid:pk>", imports.OneImport.as_view(), name="directory-import"),
    path("annuaire/exports/<slug:form>", imports.Export.as_view(), name="directory-export"),
    path("annuaire/structures", structures.Structures.as_view(), name="directory-structures"),
    path("annuaire/structures/nouvelle", structures.NewStructure.as_view(), name="directory-structure-new"),
    path("annuaire/structures/<uuid:pk>", structures.OneStructure.as_view(), name="directory-structure"),
    path(
        "annuaire/structures/<uuid:pk>/correction",
        structures.EditStructure.as_view(),
        name="directory-structure-edit",
    ),
    path(
        "annuaire/structures/<uuid:pk>/etat",
        structures.StructureState.as_view(),
        name="directory-structure-status",
    ),
    path(
        "annuaire/structures/<uuid:pk>/adresse",
        structures.StructurePlace.as_view(),
        name="directory-structure-place",
    ),
    path(
        "annuaire/structures/<uuid:pk>/services/nouveau",
        editing.NewService.as_view(),
        name="directory-service-new",
    ),
    path(
        "annuaire/services/<uuid:pk>/correction/<slug:topic>",
        editing.ServiceTopic.as_view(),
        name="directory-service-topic",
    ),
    path(
        "annuaire/services/<uuid:pk>/adresse", editing.ServicePlace.as_view(), name="directory-service-place"
    ),
    path("annuaire/services/<uuid:pk>/places", editing.Capacities.as_view(), name="directory-capacity"),
    path("annuaire/services/<uuid:pk>/verification", editing.Verify.as_view(), name="directory-verify"),
    path("annuaire/services/<uuid:pk>/lien", editing.AskByLink.as_view(), name="directory-ask"),
    path(
        "annuaire/services/<uuid:pk>/historique/<uuid:answer>/annulation",
        editing.UndoAnswer.as_view(),
        name="directory-undo",
    ),
    path("annuaire/services/<uuid:pk>/historique", editing.History.as_view(), name="directory-history"),
]
