"""The project's only address."""

from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import path


def home(request: HttpRequest) -> HttpResponse:
    """A page that refers to a static file."""
    return HttpResponse(f'<link rel="stylesheet" href="{static("pages/style.css")}">Hello from Django and Poetry\n')


urlpatterns = [path("", home)]
