"""With which key secrets are sealed."""

from typing import ClassVar

from django.db import models


class SealingState(models.Model):
    """One row (id 1). ``key`` is what the key is called (``tenants/sealing.py``), empty for the one
    that the deployment began with.

    Who seals shares a lock on it, so that no box of an earlier key is under way any more once
    another key is committed.
    """

    id = models.SmallIntegerField(primary_key=True)
    key = models.CharField(max_length=8, default="")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(id=1), name="one_sealing_key"),
        ]
