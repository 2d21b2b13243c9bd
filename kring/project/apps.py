from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "kring.project"
    label = "project"

    def ready(self) -> None:
        from kring.project import wiring

        wiring.wire()
