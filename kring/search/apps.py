from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "kring.search"
    label = "search"
