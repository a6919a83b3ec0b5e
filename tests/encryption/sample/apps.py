"""Django's registration of the sample app, installed by the test settings only."""

from django.apps import AppConfig


class SampleConfig(AppConfig):
    """Two tables with sealed columns of every kind."""

    name = "tests.encryption.sample"
    label = "sealed_sample"
