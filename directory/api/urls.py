"""Routes of the directory, under ``/api/v1/``."""

from django.urls import path

from directory.api import desk, entries, exchange

urlpatterns = [
    path("resources", entries.Services.as_view(), name="resources"),
    path("resources/search", entries.ServiceSearch.as_view(), name="resources-search"),
    path("resources/to-verify", entries.ServicesToVerify.as_view(), name="resources-to-verify"),
    path("resources/<uuid:pk>", entries.OneService.as_view(), name="resource"),
    path("resources/<uuid:pk>/verify", entries.VerifyService.as_view(), name="resource-verify"),
    path("resources/<uuid:pk>/capacities", entries.Capacities.as_view(), name="resource-capacities"),
    path("resources/<uuid:pk>/merge", entries.MergeServices.as_view(), name="resource-merge"),
    path("resources/<uuid:pk>/history", entries.ServiceHistory.as_view(), name="resource-history"),
    path("resources/<uuid:pk>/errors", entries.ServiceErrors.as_view(), name="resource-errors-of"),
    path("resources/<uuid:pk>/night-phone", entries.NightPhone.as_view(), name="resource-night-phone"),
    path("structures", entries.Structures.as_view(), name="structures"),
    path("structures/duplicates", entries.PossibleDuplicates.as_view(), name="structures-duplicates"),
    path("structures/<uuid:pk>", entries.OneStructure.as_view(), name="structure"),
    path("structures/<uuid:pk>/places", entries.StructurePlaces.as_view(), name="structure-places"),
    path("structures/<uuid:pk>/merge", entries.MergeStructures.as_view(), name="structure-merge"),
    path("places/<uuid:pk>/open", desk.OpenPlace.as_view(), name="place-open"),
    path("secret-openings", desk.Openings.as_view(), name="secret-openings"),
    path("secret-openings/<uuid:pk>/look", desk.LookAtOpening.as_view(), name="secret-opening-look"),
    path("resource-errors", desk.Reports.as_view(), name="resource-errors"),
    path("resource-errors/<uuid:pk>/settle", desk.SettleReport.as_view(), name="resource-error-settle"),
    *exchange.routes,
]
