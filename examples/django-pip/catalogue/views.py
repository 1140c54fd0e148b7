"""The pages of the catalogue."""

import platform

import django
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def index(request: HttpRequest) -> HttpResponse:
    """Say which Python and which Django answer."""
    versions = {"python": platform.python_version(), "django": django.get_version()}
    return render(request, "catalogue/index.html", versions)
