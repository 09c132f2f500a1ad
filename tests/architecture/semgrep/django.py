from django.db import models
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.views.decorators.csrf import csrf_exempt

from tenants import scope
from tenants.models import Acl
from tenants.models.owned import TenantOwned


# ruleid: around-the-scope
class Loose(TenantOwned):
    name = models.CharField(max_length=9)
    everything = models.Manager()


# ok: around-the-scope
class Kept(TenantOwned):
    name = models.CharField(max_length=9)


def rows() -> None:
    # ruleid: around-the-scope
    Acl._base_manager.all()
    # ruleid: around-the-scope
    Acl._default_manager.all()
    # ok: around-the-scope
    Acl.objects.all()


def entered(tenant, stack) -> None:
    # ruleid: scope-left-open
    scope.tenant(tenant).__enter__()
    # ruleid: scope-left-open
    stack.enter_context(scope.system("a reason"))
    # ok: scope-left-open
    with scope.tenant(tenant):
        pass


def page(name: str) -> HttpResponse:
    # ruleid: text-as-markup
    mark_safe(name)
    # ruleid: text-as-markup
    format_html(f"<b>{name}</b>")
    # ok: text-as-markup
    format_html("<b>{}</b>", name)
    # ruleid: text-as-markup
    return HttpResponse(f"<b>{name}</b>", content_type="text/html")


# ruleid: without-csrf
@csrf_exempt
def changes(request):
    return request


# ok: without-csrf
def looks(request):
    return request


def gone(request):
    # ruleid: led-elsewhere
    redirect(request.GET.get("next"))
    # ruleid: led-elsewhere
    HttpResponseRedirect(request.GET["next"])
    # ok: led-elsewhere
    return redirect("/")
