from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "kring.jobs"
    label = "jobs"
