"""The Celery application: one per deployment, its workers told apart by queue.

Redis carries hints only. A worker that loses it keeps trying for as long as it lives, because a
broker runs inside one (``brokers.worker``) and must outlive its transport. It takes no orders from
there but tasks of its own queues, and nothing that is written there ends it.
"""

import gc
import os

# Loading makes hundreds of thousands of objects that stay. To look through them again and again on
# the way is a tenth of the time that a worker takes to start, and a broker's start is an outage.
gc.set_threshold(50_000)

from celery import Celery  # noqa: E402

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "streaming.settings")
# Celery would have Django check itself in every worker, for which it loads the view of every URL.
# The tests run these checks; a worker serves no URL.
os.environ.setdefault("CELERY_SKIP_CHECKS", "true")

from django.conf import settings  # noqa: E402

from brokers.metering.steps import GROUPS_S  # noqa: E402
from brokers.worker import BrokerStep, broker_id_option  # noqa: E402
from connect.worker.bootstep import ConnectStep, connect_worker_option  # noqa: E402
from streaming.task_transport import use_for_redis  # noqa: E402

use_for_redis()

app = Celery("headwater")
app.conf.update(
    broker_url=settings.HEADWATER.redis_url,
    broker_transport_options={"global_keyprefix": f"headwater-{settings.HEADWATER.id[:8]}-"},
    broker_connection_retry_on_startup=True,
    # None is "for ever"; the default gives up after 100 attempts and takes the broker with it.
    broker_connection_max_retries=None,
    # A key of another type, or a Redis that is full, is as bad as one that is away and no worse.
    broker_channel_error_retry=True,
    # It would let whoever can write to Redis shut down workers, and with them brokers.
    worker_enable_remote_control=False,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    task_ignore_result=True,
    task_serializer="json",
    result_serializer="json",
    event_serializer="json",
    accept_content=["json"],
    task_default_queue="storage",
    worker_hijack_root_logger=False,
    timezone="UTC",
    beat_schedule={
        "purge-deleted-topics": {
            "task": "brokers.tasks.purge_deleted_topics",
            "schedule": 3600.0,
        },
        "purge-tenants": {
            "task": "brokers.tasks.purge_tenants",
            "schedule": 600.0,
        },
        "thin-figures": {
            "task": "brokers.tasks.thin_figures",
            "schedule": 600.0,
        },
        "forget-usage": {
            "task": "brokers.tasks.forget_usage",
            "schedule": 3600.0,
        },
        "sample-groups": {
            "task": "streaming.tasks.sample_groups",
            "schedule": float(GROUPS_S),
            # Behind a long compaction there is no catching up: what was is not to be seen any more.
            "options": {"expires": GROUPS_S},
        },
        "forget-idempotent-requests": {
            "task": "streaming.tasks.forget_idempotent_requests",
            "schedule": 3600.0,
        },
    },
)
app.autodiscover_tasks()
app.user_options["worker"].update((broker_id_option, connect_worker_option))
app.steps["worker"].update((BrokerStep, ConnectStep))
