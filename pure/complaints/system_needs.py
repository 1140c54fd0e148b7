"""Lists what builds from source need of the system, what can be had without building, and names that mean others.

The packages are Debian's and Ubuntu's, which is what the common build images are made from.
"""

from collections.abc import Mapping
from typing import Final

import msgspec


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """Something of the system that a build lacks."""

    pattern: str
    """It is missing if this is found in the build's output."""
    what: str = ""
    """It in words; where they are empty, the group ``missing`` of the pattern says it."""
    packages: tuple[str, ...] = ()
    """Debian's packages that bring it, none where that isn't known."""


def _header(*names: str) -> str:
    """How compilers say that a header is missing."""
    joined = "|".join(names)
    return rf"(?:{joined})['\"]?(?:: No such file or directory| file not found| not found)"


def _program(*names: str) -> str:
    """How shells, Python and build systems say that a program is missing."""
    joined = "|".join(names)
    return (
        rf"(?:No such file or directory: ['\"](?:\S{{0,500}}/)?(?:{joined})['\"]"
        rf"|(?:^|[ '\"`/])(?:{joined})['\"`]?: (?:command )?not found"
        rf"|[Uu]nable to (?:find|execute) ['\"]?(?:{joined})\b"
        rf"|[Cc]ommand ['\"](?:{joined})['\"] (?:failed: No such file|not found)"
        rf"|(?:{joined}) (?:executable )?not found)"
    )


# The first that is found counts: what a build looks for itself comes before the compiler that it then doesn't have.
NEEDS: Final[tuple[Need, ...]] = (
    Need(
        pattern=rf"pg_config executable not found|{_program('pg_config')}|{_header('libpq-fe[.]h')}",
        what="PostgreSQL's client library (pg_config, libpq-fe.h)",
        packages=("libpq-dev", "build-essential"),
    ),
    Need(
        pattern=r"Can not find valid pkg-config name|(?:mysql|mariadb)_config['\"]?:? not found"
        rf"|{_program('mysql_config', 'mariadb_config')}|{_header('mysql[.]h', 'mysqld_error[.]h')}",
        what="MySQL's client library (mysql_config, mysql.h)",
        packages=("default-libmysqlclient-dev", "pkg-config", "build-essential"),
    ),
    Need(
        pattern=r"Please make sure the libxml2 and libxslt development packages"
        rf"|{_program('xslt-config', 'xml2-config')}|{_header('libxml/[a-z]+[.]h', 'libxslt/[a-z]+[.]h')}",
        what="the XML libraries libxml2 and libxslt (libxml/xmlversion.h)",
        packages=("libxml2-dev", "libxslt1-dev", "build-essential"),
    ),
    Need(
        pattern=rf"{_header('xmlsec/[a-z]+[.]h')}|Unable to invoke pkg-config|xmlsec1 >= [0-9.]+ not found",
        what="the library xmlsec1",
        packages=("libxmlsec1-dev", "libxml2-dev", "pkg-config", "build-essential"),
    ),
    Need(
        pattern=rf"GDAL API version must be specified|gdal-config(?:['\"]?:)? not found|{_program('gdal-config')}"
        rf"|{_header('gdal[.]h', 'cpl_port[.]h')}",
        what="the library GDAL (gdal-config)",
        packages=("libgdal-dev", "build-essential"),
    ),
    Need(
        pattern=rf"{_program('geos-config')}|{_header('geos_c[.]h')}",
        what="the library GEOS (geos_c.h)",
        packages=("libgeos-dev", "build-essential"),
    ),
    Need(
        pattern=_header("lber[.]h", "ldap[.]h", "sasl/sasl[.]h", "sasl[.]h"),
        what="the libraries of OpenLDAP and SASL (lber.h, sasl.h)",
        packages=("libldap-dev", "libsasl2-dev", "build-essential"),
    ),
    Need(
        pattern=rf"Could not run curl-config|{_program('curl-config')}|{_header('curl/curl[.]h')}",
        what="the library curl (curl-config)",
        packages=("libcurl4-openssl-dev", "libssl-dev", "build-essential"),
    ),
    Need(
        pattern=rf"{_program('krb5-config')}|{_header('gssapi/[a-z_]+[.]h', 'gssapi[.]h')}",
        what="the Kerberos library (krb5-config, gssapi.h)",
        packages=("libkrb5-dev", "build-essential"),
    ),
    Need(
        pattern=r"headers or library files could not be found for (?P<missing>jpeg|zlib)|"
        + _header("jpeglib[.]h", "zlib[.]h", "tiffio[.]h", "png[.]h"),
        what="the image libraries (jpeglib.h, zlib.h)",
        packages=("libjpeg-dev", "zlib1g-dev", "build-essential"),
    ),
    Need(
        pattern=r"Dependency (?:lookup for cairo|\"cairo\" not found)|Package '?cairo'?(?: was not found|,)"
        "|" + _header("cairo[.]h"),
        what="the library cairo",
        packages=("libcairo2-dev", "pkg-config", "build-essential"),
    ),
    Need(pattern=_header("ffi[.]h"), what="the header ffi.h of libffi", packages=("libffi-dev", "build-essential")),
    Need(
        pattern=_header("openssl/[a-z0-9_]+[.]h"),
        what="the headers of OpenSSL",
        packages=("libssl-dev", "build-essential"),
    ),
    Need(
        pattern=_header("sql[.]h", "sqlext[.]h"), what="unixODBC (sql.h)", packages=("unixodbc-dev", "build-essential")
    ),
    Need(
        pattern=_header("portaudio[.]h"),
        what="PortAudio (portaudio.h)",
        packages=("portaudio19-dev", "build-essential"),
    ),
    Need(
        pattern=_header("librdkafka/rdkafka[.]h", "rdkafka[.]h"),
        what="the library librdkafka (rdkafka.h)",
        packages=("librdkafka-dev", "build-essential"),
    ),
    Need(pattern=_header("snappy-c[.]h"), what="the library snappy", packages=("libsnappy-dev", "build-essential")),
    Need(pattern=_header("gmp[.]h", "mpfr[.]h"), what="the library GMP", packages=("libgmp-dev", "build-essential")),
    Need(
        pattern=rf"{_header('hdf5[.]h')}|Unable to load dependency HDF5|error: Unable to locate HDF5",
        what="the library HDF5",
        packages=("libhdf5-dev", "pkg-config", "build-essential"),
    ),
    Need(
        pattern=_header("libmemcached/[a-z]+[.]h"),
        what="the library libmemcached",
        packages=("libmemcached-dev", "zlib1g-dev", "build-essential"),
    ),
    Need(pattern=_header("Python[.]h"), what="Python's own header Python.h"),
    Need(
        pattern=r"can't find Rust compiler|Rust toolchain|Cargo, the Rust package manager, is not installed"
        rf"|{_program('cargo', 'rustc', 'maturin')}|requires Rust|Rust not found",
        what="a Rust compiler (rustc, cargo)",
        packages=("rustc", "cargo"),
    ),
    Need(
        pattern=r"CMake (?:must be|is not) installed|Problem with the CMake installation|Could not find CMake"
        rf"|{_program('cmake')}",
        what="the program cmake",
        packages=("cmake", "build-essential"),
    ),
    Need(
        pattern=rf"Unknown compiler\(s\): \[\[?'gfortran|No Fortran compiler found|{_program('gfortran')}",
        what="a Fortran compiler (gfortran)",
        packages=("gfortran", "build-essential"),
    ),
    Need(pattern=_program("swig"), what="the program swig", packages=("swig", "build-essential")),
    Need(
        pattern=rf"pkg-config (?:probably )?not (?:installed|found)|pkg-config is required|{_program('pkg-config')}",
        what="the program pkg-config",
        packages=("pkg-config",),
    ),
    Need(
        pattern=r"[Uu]nknown compiler\(s\): \[\[|[Yy]ou need a C compiler|no acceptable C compiler found"
        r"|C compiler cannot create executables"
        r"|No CMAKE_C(?:XX)?_COMPILER could be found|linker `cc` not found"
        rf"|{_program('(?:[a-z0-9_]{1,20}-linux-gnu-)?(?:gcc|g[+][+])', 'cc', 'c[+][+]', 'clang')}",
        what="a C compiler (gcc)",
        packages=("build-essential",),
    ),
    Need(pattern=_program("make"), what="the program make", packages=("build-essential",)),
    Need(pattern=r"fatal error: (?P<missing>[A-Za-z0-9_./+-]{1,80}\.h(?:pp)?): No such file or directory"),
    Need(pattern=r"\bld(?:\.\w+)?: cannot find (?P<missing>-l[A-Za-z0-9_.+-]{1,60})"),
)

# What has the same modules, or does the same, and has wheels.
WHEELS: Final[Mapping[str, tuple[str, ...]]] = {
    "psycopg2": ("psycopg2-binary (the same module)", "psycopg[binary] (its successor, psycopg 3)"),
    "psycopg-c": ("psycopg[binary]",),
    "mysqlclient": ("PyMySQL; for Django call pymysql.install_as_MySQLdb()",),
    "mysql-python": ("PyMySQL",),
    "pycrypto": ("pycryptodome (the same modules)",),
    "uwsgi": ("pyuwsgi (the same program)", "gunicorn"),
    "python-ldap": ("ldap3",),
    "pylibmc": ("pymemcache",),
    "m2crypto": ("cryptography",),
    "gdal": ("rasterio or pyogrio, whose wheels contain GDAL",),
}

# Modules whose distribution has another name.
IMPORT_NAMES: Final[Mapping[str, str]] = {
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "crypto": "pycryptodome",
    "cv2": "opencv-python-headless",
    "dateutil": "python-dateutil",
    "docx": "python-docx",
    "dotenv": "python-dotenv",
    "fitz": "PyMuPDF",
    "git": "GitPython",
    "google-protobuf": "protobuf",
    "jose": "python-jose",
    "jwt": "PyJWT",
    "ldap": "python-ldap",
    "magic": "python-magic",
    "memcache": "python-memcached",
    "multipart": "python-multipart",
    "mysqldb": "mysqlclient",
    "nacl": "PyNaCl",
    "openssl": "pyOpenSSL",
    "pil": "pillow",
    "pkg-resources": "setuptools",
    "pptx": "python-pptx",
    "rest-framework": "djangorestframework",
    "serial": "pyserial",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "slugify": "python-slugify",
    "socketio": "python-socketio",
    "telegram": "python-telegram-bot",
    "usb": "pyusb",
    "win32api": "pywin32 (Windows only)",
    "yaml": "PyYAML",
    "zmq": "pyzmq",
}

# What people most often mean by a name that is nearly one of these.
CLOSE_NAMES: Final[tuple[str, ...]] = (
    "aiohttp", "alembic", "asyncpg", "beautifulsoup4", "boto3", "celery", "cryptography", "dash", "django",
    "django-cors-headers", "django-environ", "django-filter", "djangorestframework", "fastapi", "flask", "flask-cors",
    "flask-login", "flask-migrate", "flask-sqlalchemy", "gradio", "gunicorn", "httpx", "hypercorn", "jinja2",
    "langchain", "litestar", "lxml", "markdown", "marshmallow", "matplotlib", "mysqlclient", "numpy", "openai",
    "opencv-python",
    "opencv-python-headless", "openpyxl", "orjson", "pandas", "pillow", "plotly", "psycopg", "psycopg2",
    "psycopg2-binary", "pydantic", "pydantic-settings", "pymongo", "pymysql", "pytest", "python-dateutil",
    "python-decouple", "python-dotenv", "python-jose", "python-multipart", "pyyaml", "redis", "requests",
    "requests-oauthlib", "rich", "scikit-learn", "scipy", "scrapy", "seaborn", "selenium", "sentry-sdk", "setuptools",
    "sqlalchemy", "sqlmodel", "starlette", "streamlit", "tensorflow", "torch", "torchvision", "tornado", "tqdm",
    "transformers", "typer", "tzdata", "urllib3", "uvicorn", "uvloop", "waitress", "websockets", "werkzeug",
    "whitenoise",
)  # fmt: skip
