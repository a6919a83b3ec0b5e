"""Addresses of the training."""

from web.page import page
from web.views.training import attestation, course, stories

urlpatterns = [
    page("entrainement", stories.Stories, "training"),
    page("entrainement/histoires/<slug:code>", stories.OneStory, "training-story"),
    page("entrainement/histoires/<slug:code>/bilan", stories.Review, "training-review"),
    page("entrainement/cours/<slug:code>", course.OneLesson, "training-lesson"),
    page("entrainement/attestation", attestation.AskAttestation, "training-attestation"),
    page("entrainement/attestation/preuve", attestation.Attestation, "training-attested"),
]
