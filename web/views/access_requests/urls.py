"""Routes of the copy's pages; none of their words reveals what is inside."""

from django.urls import URLPattern, path

from web.views.access_requests import copy, leaving

_COPY = "demandes-acces/<uuid:pk>/copie"

urlpatterns: list[URLPattern] = [
    path(_COPY, copy.WholeCopy.as_view(), name="access-copy"),
    path(f"{_COPY}/<uuid:part>", copy.CopyPart.as_view(), name="access-copy-part"),
    path(f"{_COPY}/<uuid:part>/image", copy.PageImage.as_view(), name="access-copy-page"),
    path(f"{_COPY}/<uuid:part>/lever/<uuid:passage>", copy.Lift.as_view(), name="access-copy-lift"),
    path("demandes-acces/<uuid:pk>/fichier-protege", leaving.LockedFile.as_view(), name="access-file"),
    path("demandes-acces/<uuid:pk>/recu", leaving.Receipt.as_view(), name="access-receipt"),
]
