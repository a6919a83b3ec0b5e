"""Django app configuration."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Register ``web``; it has no models."""

    name = "web"
    verbose_name = "Pages"

    def ready(self) -> None:
        """Lend the words of the pages to the copies of access requests, which are made below them."""
        from referrals.access_requests import wording
        from web import copied_words
        from web.guidance import reviews, shown  # noqa: F401 - its check; its notice and its recurring work

        wording.word_by(
            label=copied_words.label,
            step=copied_words.step,
            lines=copied_words.step_lines,
            purpose=copied_words.purpose,
        )
