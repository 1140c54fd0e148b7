"""The addresses of the site."""

from django.urls import path

from catalogue.views import index

urlpatterns = [path("", index)]
