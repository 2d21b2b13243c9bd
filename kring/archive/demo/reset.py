"""Clears the demo away, with everything that visitors did in it, so that it can be grown anew."""

from __future__ import annotations

from django.apps import apps
from django.db import connections, router, transaction
from django.utils.translation import gettext as _

from kring.core.errors import Conflict
from kring.members.models import Account

# What runs and describes the database itself, and no part of the community.
KEPT_APPS = frozenset({"core", "jobs", "contenttypes", "auth"})


@transaction.atomic
def clear() -> None:
    """Delete every row of the community; nobody stays signed in. A query per table.

    Raises Conflict where anybody has an account of their own. Files of pictures are left to the
    daily clean-up, which finds them without a row.
    """
    if Account.objects.exclude(identity__is_sample=True).exists():
        raise Conflict(
            _("Somebody has an account of their own here. The demo is not cleared away with them.")
        )
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and model._meta.app_label not in KEPT_APPS:
            # Foreign keys are checked at the end of the transaction, when all is gone.
            database = router.db_for_write(model)
            table = connections[database].ops.quote_name(model._meta.db_table)
            with connections[database].cursor() as cursor:
                cursor.execute(f"DELETE FROM {table}")  # noqa: S608
