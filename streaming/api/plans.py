"""``/api/v1/cell/plans``: what tenants have where they have no limits of their own."""

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from brokers.selectors.exceeded_limits import exceeded_in_plan
from streaming.api import management_schema as schema
from streaming.api.cell import CellView
from streaming.api.json_body import read_fields, text
from streaming.api.quotas import whole_limits
from tenants.selectors.quotas import plans
from tenants.services.set_plan import set_plan


class PlansView(CellView):
    """``/cell/plans``"""

    @extend_schema(
        tags=["quotas"], operation_id="list_plans", responses={200: schema.list_of(schema.PLAN)}
    )
    def get(self, _request: Request) -> Response:
        """Every plan with all of its limits (operators)."""
        return Response({"data": [_document(name, limits) for name, limits in plans().items()]})

    @extend_schema(
        tags=["quotas"],
        operation_id="put_plan",
        request={"application/json": schema.PLAN_BODY},
        responses={200: schema.ALTERED_PLAN},
    )
    def put(self, request: Request) -> Response:
        """Change those limits for every tenant of the plan, or make a plan (operators).

        A limit may be below what is in use: `exceeded` tells of each such.
        """
        fields = read_fields(request.data, required=("name", "limits"))
        name = text(fields, "name")
        limits = whole_limits(fields["limits"])
        set_plan(name=name, by=self.principal, limits=limits)
        exceeded, unchecked = exceeded_in_plan(name, limits.keys())
        return Response(
            {
                **_document(name, plans()[name]),
                "exceeded": [asdict(each) for each in exceeded],
                "unchecked_tenants": unchecked,
            }
        )


def _document(name: str, limits: dict[str, int]) -> dict[str, Any]:
    return {"name": name, "limits": limits}
