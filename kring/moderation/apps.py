from django.apps import AppConfig


class ModerationConfig(AppConfig):
    name = "kring.moderation"
    label = "moderation"
