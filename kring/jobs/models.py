"""What the worker remembers about itself."""

from __future__ import annotations

from django.db import models


class Pulse(models.Model):
    """When the worker on this machine was last seen at work."""

    machine = models.CharField(max_length=64, primary_key=True)
    beat_at = models.DateTimeField()


class ScheduledRun(models.Model):
    """When a scheduled task last ran. Whoever moves `last_run_at` on may run it."""

    name = models.CharField(max_length=64, primary_key=True)
    last_run_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=100, blank=True)
