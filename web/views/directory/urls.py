"""Routes of the directory."""

from web.page import page
from web.views.directory import editing, imports, reports, search, service, structures

urlpatterns = [
    page("annuaire", search.Search, "directory"),
    page("annuaire/services/<uuid:pk>", service.OneService, "directory-service"),
    page("annuaire/services/<uuid:pk>/nuit", service.NightPhone, "directory-night"),
    page("annuaire/services/<uuid:pk>/erreur", service.Report, "directory-report"),
    page("annuaire/adresses/<uuid:pk>", service.OpenAddress, "directory-address"),
    page("annuaire/signalements", reports.Tasks, "directory-tasks"),
    page("annuaire/signalements/<uuid:pk>", reports.Settle, "directory-settle"),
    page("annuaire/doublons/<uuid:pk>/<uuid:other>", reports.Merge, "directory-merge"),
    page("annuaire/ouvertures", reports.Openings, "directory-openings"),
    page("annuaire/ouvertures/<uuid:pk>", reports.Look, "directory-look"),
    page("annuaire/imports", imports.Imports, "directory-imports"),
    page("annuaire/imports/nouveau", imports.NewImport, "directory-import-new"),
    page("annuaire/imports/modele", imports.Template, "directory-import-template"),
    page("annuaire/imports/retenues", imports.WaitingRows, "directory-held"),
    page("annuaire/imports/retenues/<uuid:pk>", imports.SettleRow, "directory-held-settle"),
    page("annuaire/imports/<uuid:pk>", imports.OneImport, "directory-import"),
    page("annuaire/exports/<slug:form>", imports.Export, "directory-export"),
    page("annuaire/structures", structures.Structures, "directory-structures"),
    page("annuaire/structures/nouvelle", structures.NewStructure, "directory-structure-new"),
    page("annuaire/structures/<uuid:pk>", structures.OneStructure, "directory-structure"),
    page("annuaire/structures/<uuid:pk>/correction", structures.EditStructure, "directory-structure-edit"),
    page("annuaire/structures/<uuid:pk>/etat", structures.StructureState, "directory-structure-status"),
    page("annuaire/structures/<uuid:pk>/adresse", structures.StructurePlace, "directory-structure-place"),
    page("annuaire/structures/<uuid:pk>/services/nouveau", editing.NewService, "directory-service-new"),
    page(
        "annuaire/services/<uuid:pk>/correction/<slug:topic>", editing.ServiceTopic, "directory-service-topic"
    ),
    page("annuaire/services/<uuid:pk>/adresse", editing.ServicePlace, "directory-service-place"),
    page("annuaire/services/<uuid:pk>/places", editing.Capacities, "directory-capacity"),
    page("annuaire/services/<uuid:pk>/verification", editing.Verify, "directory-verify"),
    page("annuaire/services/<uuid:pk>/lien", editing.AskByLink, "directory-ask"),
    page(
        "annuaire/services/<uuid:pk>/historique/<uuid:answer>/annulation",
        editing.UndoAnswer,
        "directory-undo",
    ),
    page("annuaire/services/<uuid:pk>/historique", editing.History, "directory-history"),
]
