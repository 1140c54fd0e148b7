"""Reads images, wherever they lie: layouts, archives, what was built on this machine, engines, registries.

``open_image`` gives one; what is in its layers is read from streams, and nothing of it is unpacked.
"""

from shell.images.opened import OpenedImage
from shell.images.opening import open_image

__all__ = ["OpenedImage", "open_image"]
