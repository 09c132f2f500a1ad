"""URLs under ``/api/v1/tenants/{tenant}/connect``."""

from django.urls import path

from connect.rest.console import (
    CatalogueView,
    MetricsView,
    OverviewsView,
    OverviewView,
    TaskLogView,
)
from connect.rest.trial import TrialView

urlpatterns = [
    path("plugins", CatalogueView.as_view()),
    path("metrics", MetricsView.as_view()),
    path("connectors", OverviewsView.as_view()),
    path("connectors:try", TrialView.as_view()),
    path("connectors/<str:connector>", OverviewView.as_view()),
    path("connectors/<str:connector>/tasks/<int:task>/log", TaskLogView.as_view()),
]
