"""Lists the system's libraries that distributions load, which packages have them, and who has a variant without them.

The packages are Debian's and Ubuntu's, as in ``system_needs``.
"""

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from pure.complaints.system_needs import WHEELS

# By the begin of a library's name, without the version that its file may have.
_PACKAGES: Final[Mapping[str, tuple[str, ...]]] = {
    "libGL.so": ("libgl1",),
    "libGLX.so": ("libglx0",),
    "libEGL.so": ("libegl1",),
    "libGLU.so": ("libglu1-mesa",),
    "libOpenGL.so": ("libopengl0",),
    "libgthread-2.0.so": ("libglib2.0-0",),
    "libglib-2.0.so": ("libglib2.0-0",),
    "libgobject-2.0.so": ("libglib2.0-0",),
    "libgio-2.0.so": ("libglib2.0-0",),
    "libgirepository-1.0.so": ("libgirepository-1.0-1",),
    "libSM.so": ("libsm6",),
    "libICE.so": ("libice6",),
    "libX11.so": ("libx11-6",),
    "libX11-xcb.so": ("libx11-xcb1",),
    "libXext.so": ("libxext6",),
    "libXrender.so": ("libxrender1",),
    "libXi.so": ("libxi6",),
    "libXt.so": ("libxt6",),
    "libXtst.so": ("libxtst6",),
    "libXrandr.so": ("libxrandr2",),
    "libXcursor.so": ("libxcursor1",),
    "libXfixes.so": ("libxfixes3",),
    "libXdamage.so": ("libxdamage1",),
    "libXcomposite.so": ("libxcomposite1",),
    "libxcb.so": ("libxcb1",),
    "libxcb-": ("libxcb-xinerama0", "libxcb-cursor0"),
    "libxkbcommon.so": ("libxkbcommon0",),
    "libxkbcommon-x11.so": ("libxkbcommon-x11-0",),
    "libdbus-1.so": ("libdbus-1-3",),
    "libfontconfig.so": ("libfontconfig1",),
    "libfreetype.so": ("libfreetype6",),
    "libnss3.so": ("libnss3",),
    "libnspr4.so": ("libnspr4",),
    "libasound.so": ("libasound2",),
    "libpulse": ("libpulse0",),
    "libsndfile.so": ("libsndfile1",),
    "libportaudio.so": ("libportaudio2",),
    "libcairo.so": ("libcairo2",),
    "libpango-1.0.so": ("libpango-1.0-0",),
    "libpangoft2-1.0.so": ("libpangoft2-1.0-0",),
    "libharfbuzz.so": ("libharfbuzz0b",),
    "libpq.so": ("libpq5",),
    "libmariadb.so": ("libmariadb3",),
    "libmysqlclient.so": ("default-libmysqlclient-dev",),
    "libodbc.so": ("unixodbc",),
    "libsybdb.so": ("libsybdb5",),
    "libldap": ("libldap2",),
    "liblber": ("libldap2",),
    "libsasl2.so": ("libsasl2-2",),
    "libxml2.so": ("libxml2",),
    "libxslt.so": ("libxslt1.1",),
    "libexslt.so": ("libxslt1.1",),
    "libxmlsec1": ("libxmlsec1-openssl",),
    "libcurl.so": ("libcurl4",),
    "libgssapi_krb5.so": ("libgssapi-krb5-2",),
    "libkrb5.so": ("libkrb5-3",),
    "libssl.so": ("libssl3",),
    "libcrypto.so": ("libssl3",),
    "libffi.so": ("libffi8",),
    "libgomp.so": ("libgomp1",),
    "libgfortran.so": ("libgfortran5",),
    "libopenblas": ("libopenblas0",),
    "libstdc++.so": ("libstdc++6",),
    "libgcc_s.so": ("libgcc-s1",),
    "libatomic.so": ("libatomic1",),
    "libtbb.so": ("libtbb12",),
    "libz.so": ("zlib1g",),
    "libbz2.so": ("libbz2-1.0",),
    "liblzma.so": ("liblzma5",),
    "libsqlite3.so": ("libsqlite3-0",),
    "libreadline.so": ("libreadline8",),
    "libgdal.so": ("libgdal-dev",),
    "libgeos_c.so": ("libgeos-c1v5",),
    "libproj.so": ("libproj-dev",),
    "libhdf5": ("libhdf5-dev",),
    "libnetcdf": ("libnetcdf-dev",),
    "librdkafka.so": ("librdkafka1",),
    "libsnappy.so": ("libsnappy1v5",),
    "libmemcached.so": ("libmemcached11",),
    "libjpeg.so": ("libjpeg62-turbo",),
    "libpng16.so": ("libpng16-16",),
    "libtiff.so": ("libtiff6",),
    "libwebp.so": ("libwebp7",),
    "libusb-1.0.so": ("libusb-1.0-0",),
    "libzbar.so": ("libzbar0",),
    "libenchant-2.so": ("libenchant-2-2",),
    "libmagic.so": ("libmagic1",),
    "libzmq.so": ("libzmq5",),
    "libgmp.so": ("libgmp10",),
    "libmpfr.so": ("libmpfr6",),
    "libuuid.so": ("libuuid1",),
    "libpcre.so": ("libpcre3",),
    "libpcre2-8.so": ("libpcre2-8-0",),
    "libtcl8.6.so": ("libtcl8.6",),
    "libtk8.6.so": ("libtk8.6",),
    "libcups.so": ("libcups2",),
    "libgbm.so": ("libgbm1",),
    "libdrm.so": ("libdrm2",),
    "libatk-1.0.so": ("libatk1.0-0",),
    "libatk-bridge-2.0.so": ("libatk-bridge2.0-0",),
    "libvulkan.so": ("libvulkan1",),
    "libpoppler-cpp.so": ("libpoppler-cpp0v5",),
    "libtesseract.so": ("libtesseract5",),
    "libleptonica.so": ("libleptonica6",),
    "liblept.so": ("liblept5",),
}

# The same modules, or the same purpose, without these libraries of the system.
VARIANTS: Final[Mapping[str, tuple[str, ...]]] = {
    **WHEELS,
    "opencv-python": ("opencv-python-headless (the same module, without windows)",),
    "opencv-contrib-python": ("opencv-contrib-python-headless (the same module, without windows)",),
    "psycopg": ("psycopg[binary]",),
    "psycopg2": ("psycopg2-binary (the same module)", "psycopg[binary] (its successor, psycopg 3)"),
}


class Loads(msgspec.Struct, frozen=True, kw_only=True):
    """Libraries that a distribution loads by name when it is imported, which no file of it says."""

    libraries: tuple[str, ...]
    """The begins of their names."""
    unless: tuple[str, ...] = ()
    """Distributions that make them unnecessary."""


LOADED: Final[Mapping[str, Loads]] = {
    "psycopg": Loads(libraries=("libpq.so",), unless=("psycopg-binary", "psycopg-c")),
    "python-magic": Loads(libraries=("libmagic.so",), unless=("python-magic-bin",)),
    "weasyprint": Loads(libraries=("libpango-1.0.so", "libpangoft2-1.0.so")),
    "cairocffi": Loads(libraries=("libcairo.so",)),
    "pyzbar": Loads(libraries=("libzbar.so",)),
    "pyenchant": Loads(libraries=("libenchant-2.so",)),
}

# The graphics card's driver comes from the machine that runs the image; other C libraries' loaders are no library.
_NOT_MISSED: Final = re.compile(
    r"lib(?:cuda|nvidia-ml|nvcuvid|nvidia-encode|nvidia-opticalflow|amdhip64|ze_loader|OpenCL)\.so"
    r"|ld-(?:linux|musl)|libc\.musl|linux-vdso"
)


# Parts that are loaded only where what they need is there: drivers of Qt, numba's threads, NVIDIA's transports.
_OPTIONAL: Final = ("/plugins/", "/tbbpool", "/nvidia/", "/libtbb")


def packages_of(library: str) -> tuple[str, ...]:
    """Debian's packages that have a library; none where that isn't known."""
    named = (packages for begin, packages in _PACKAGES.items() if library.startswith(begin) and ".so" in begin)
    return next(named, next((each for begin, each in _PACKAGES.items() if library.startswith(begin)), ()))


def optional(path: str) -> bool:
    """Whether a file is a part that its distribution does without."""
    return any(part in path for part in _OPTIONAL)


def not_missed(library: str) -> bool:
    """Whether nobody expects a library in an image."""
    return _NOT_MISSED.match(library) is not None
