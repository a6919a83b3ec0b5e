"""Catalogue of measures of domain.md §5, stored as data because the law adds to it."""

import csv
from pathlib import Path

CATALOGUE = Path(__file__).resolve().parent.parent / "data" / "measure_types.csv"


def load(apps, schema_editor):
    measure_type = apps.get_model("referrals", "MeasureType")
    with CATALOGUE.open(encoding="utf-8", newline="") as lines:
        measure_type.objects.using(schema_editor.connection.alias).bulk_create(
            measure_type(
                code=line["code"],
                judicial=line["judicial"] == "yes",
                takes_in=line["takes_in"] == "yes",
                label_fr=line["label_fr"],
                label_en=line["label_en"],
                basis=line["basis"],
                max_months=int(line["max_months"]) if line["max_months"] else None,
                official_code=line["official_code"],
                order_clocks=line["order_clocks"].split(),
                execution=line["execution"],
            )
            for line in csv.DictReader(lines)
        )
