from django.apps import AppConfig


class MediaConfig(AppConfig):
    name = "kring.media"
    label = "media"
