from django.apps import AppConfig


class ArchiveConfig(AppConfig):
    name = "kring.archive"
    label = "archive"

    def ready(self) -> None:
        # Nothing below archive may import its event, but every process must recognise it in the
        # outbox: the feed's index is built anew on it.
        from kring.archive import events  # noqa: F401
