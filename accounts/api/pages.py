"""Where ``page_schema`` was: it is in ``core/api.py`` now, for who hasn't moved yet."""

from core.api import page_schema as page_schema
