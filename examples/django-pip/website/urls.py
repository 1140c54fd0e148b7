"""The addresses of the site."""

from catalogue.views import index
from django.urls import path

urlpatterns = [path("", index)]
