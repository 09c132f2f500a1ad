"""Where the next block of producer ids begins."""

from typing import ClassVar

from django.db import models


class ProducerIdCounter(models.Model):
    """One row (id 1): the first producer id that was never given to a broker."""

    id = models.SmallIntegerField(primary_key=True)
    next = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(id=1), name="one_producer_id_counter"),
        ]
