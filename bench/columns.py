"""Say by the exit code whether the database of the settings has the tables and columns of the code."""

import sys

#: Columns that stand outside their model (audit/migrations/_tree.py).
OUTSIDE = {"audit_entry": {"txid"}}


def main() -> int:
    """Return 0 when it has, 1 when it hasn't."""
    import django

    django.setup()
    from django.apps import apps
    from django.db import connections

    for label, alias in (
        ("encryption", "keys"),
        ("audit", "default"),
        ("referrals", "default"),
        ("bench", "default"),
        ("bench_packages", "default"),
    ):
        with connections[alias].cursor() as cursor:
            for model in apps.get_app_config(label).get_models(include_auto_created=True):
                cursor.execute(
                    "SELECT column_name FROM information_schema.columns WHERE table_name = %s",
                    [model._meta.db_table],
                )
                present = {row[0] for row in cursor.fetchall()} - OUTSIDE.get(model._meta.db_table, set())
                if present != {field.column for field in model._meta.concrete_fields if field.column}:
                    print(f"{model._meta.db_table} has other columns than the code", file=sys.stderr)
                    return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
