"""Routes of the copy's pages; none of their words reveals what is inside."""

from django.urls import URLPattern

from web.page import page
from web.views.access_requests import copy, leaving

_COPY = "demandes-acces/<uuid:pk>/copie"

urlpatterns: list[URLPattern] = [
    page(_COPY, copy.WholeCopy, "access-copy"),
    page(f"{_COPY}/<uuid:part>", copy.CopyPart, "access-copy-part"),
    page(f"{_COPY}/<uuid:part>/image", copy.PageImage, "access-copy-page"),
    page(f"{_COPY}/<uuid:part>/lever/<uuid:passage>", copy.Lift, "access-copy-lift"),
    page("demandes-acces/<uuid:pk>/fichier-protege", leaving.LockedFile, "access-file"),
    page("demandes-acces/<uuid:pk>/recu", leaving.Receipt, "access-receipt"),
]
