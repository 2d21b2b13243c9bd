from django.apps import AppConfig


class ArchiveConfig(AppConfig):
    name = "kring.archive"
    label = "archive"
