"""Head of a table: the words of its columns stand beside the cells that they are about."""

from typing import Any

from django import template

register = template.Library()


@register.inclusion_tag("web/components/table_head.html")
def table_head(*columns: object) -> dict[str, Any]:
    """Return the head of a table; a column may be a list of columns, as one for each hour."""
    return {
        "columns": [
            one for column in columns for one in (column if isinstance(column, list | tuple) else [column])
        ]
    }
