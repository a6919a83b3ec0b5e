"""Settings that an authority has chosen where the law leaves it the choice: append-only changes."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from referrals.models.fields import clear, row_id


class SettingChange(models.Model):
    """One setting of one authority takes a value from an instant on (``policy/settings/`` declares them).

    Rows are added and never changed or removed: the database refuses it. None takes effect before it is made, so
    what was in force at a past instant stays what it was.
    """

    not_copied = "how the service is set up and used: nothing of a case"
    id = row_id()
    authority = clear(
        models.ForeignKey("accounts.Authority", models.PROTECT, related_name="setting_changes"), "A"
    )
    position = clear(models.PositiveIntegerField(), "A")
    key = clear(models.CharField(max_length=60), "A")
    value = clear(models.JSONField(), "A")
    effective_at = clear(models.DateTimeField(), "A")
    made_at = clear(models.DateTimeField(), "A")
    made_by = clear(
        models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"), "A"
    )

    class Meta:
        """In the order in which they come into force; of one instant, in the order in which they were made."""

        default_permissions = ()
        ordering = ["effective_at", "position"]
        constraints = [
            models.UniqueConstraint(name="setting_change_position", fields=["authority", "position"]),
            models.CheckConstraint(
                name="setting_change_not_in_the_past", condition=Q(effective_at__gte=F("made_at"))
            ),
        ]

    def __str__(self) -> str:
        return f"setting {self.key}"
