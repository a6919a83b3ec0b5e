"""Addresses of the training."""

from django.urls import path

from web.views.training import attestation, course, stories

urlpatterns = [
    path("entrainement", stories.Stories.as_view(), name="training"),
    path("entrainement/histoires/<slug:code>", stories.OneStory.as_view(), name="training-story"),
    path("entrainement/histoires/<slug:code>/bilan", stories.Review.as_view(), name="training-review"),
    path("entrainement/cours/<slug:code>", course.OneLesson.as_view(), name="training-lesson"),
    path("entrainement/attestation", attestation.AskAttestation.as_view(), name="training-attestation"),
    path("entrainement/attestation/preuve", attestation.Attestation.as_view(), name="training-attested"),
]
