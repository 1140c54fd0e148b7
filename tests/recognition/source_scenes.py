"""How real source distributions fail to build where something of the system is missing; they come from an index."""

import os
from typing import Final

import msgspec

from tests.recognition.stage import Said, Stage


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A distribution to build from source, and what the narrow PATH has."""

    requirement: str
    programs: tuple[str, ...] = ()


_COMPILER: Final = ("gcc", "cc", "as", "ld", "g++", "c++", "ar", "sh", "uname", "sed", "grep")
SOURCES: Final[dict[str, Source]] = {
    "psycopg2": Source(requirement="psycopg2==2.9.10"),
    "mysqlclient": Source(requirement="mysqlclient==2.2.7"),
    "lxml": Source(requirement="lxml==5.3.0", programs=_COMPILER),
    "python_ldap": Source(requirement="python-ldap==3.4.4", programs=_COMPILER),
    "pycairo": Source(requirement="pycairo==1.27.0", programs=_COMPILER),
    "pycairo_without_compiler": Source(requirement="pycairo==1.27.0"),
    "cryptography": Source(requirement="cryptography==44.0.0"),
    "tiktoken": Source(requirement="tiktoken==0.8.0", programs=_COMPILER),
    "pyaudio": Source(requirement="PyAudio==0.2.14", programs=_COMPILER),
    "gdal": Source(requirement="GDAL==3.10.0", programs=_COMPILER),
    "uwsgi": Source(requirement="uWSGI==2.0.28"),
    "xmlsec": Source(requirement="xmlsec==1.3.14", programs=_COMPILER),
    "gssapi": Source(requirement="gssapi==1.9.0", programs=_COMPILER),
    "pycurl": Source(requirement="pycurl==7.45.3", programs=_COMPILER),
    "pyodbc": Source(requirement="pyodbc==5.2.0", programs=_COMPILER),
    "pylibmc": Source(requirement="pylibmc==1.6.3", programs=_COMPILER),
    "confluent_kafka": Source(requirement="confluent-kafka==2.6.1", programs=_COMPILER),
    "gmpy2": Source(requirement="gmpy2==2.2.1", programs=_COMPILER),
    "h5py": Source(requirement="h5py==3.12.1", programs=_COMPILER),
    "dlib": Source(requirement="dlib==19.24.6", programs=_COMPILER),
    "numpy": Source(requirement="numpy==2.1.3"),
}


_STATIC: Final = '[project]\nname = "mine"\ndynamic = ["version"]\n'
# Projects whose version comes from git, by the build backends and plugins that read it.
VERSIONED: Final[dict[str, str]] = {
    "setuptools_scm": '[build-system]\nrequires = ["setuptools", "setuptools-scm"]\n'
    f'build-backend = "setuptools.build_meta"\n{_STATIC}[tool.setuptools_scm]\n',
    "hatch_vcs": '[build-system]\nrequires = ["hatchling", "hatch-vcs"]\nbuild-backend = "hatchling.build"\n'
    f'{_STATIC}[tool.hatch.version]\nsource = "vcs"\n[tool.hatch.build.targets.wheel]\nonly-include = ["mine.py"]\n',
    "pdm_backend": '[build-system]\nrequires = ["pdm-backend"]\nbuild-backend = "pdm.backend"\n'
    f'{_STATIC}[tool.pdm.version]\nsource = "scm"\n',
    "pbr": '[build-system]\nrequires = ["pbr", "setuptools"]\nbuild-backend = "pbr.build"\n',
    "uv_dynamic_versioning": '[build-system]\nrequires = ["hatchling", "uv-dynamic-versioning"]\n'
    f'build-backend = "hatchling.build"\n{_STATIC}[tool.hatch.version]\nsource = "uv-dynamic-versioning"\n'
    '[tool.hatch.build.targets.wheel]\nonly-include = ["mine.py"]\n',
    "poetry_dynamic_versioning": '[build-system]\nrequires = ["poetry-core", "poetry-dynamic-versioning"]\n'
    f'build-backend = "poetry_dynamic_versioning.backend"\n{_STATIC}[tool.poetry]\nversion = "0"\n'
    "[tool.poetry-dynamic-versioning]\nenable = true\n",
}


_NAMED: Final = '[project]\nname = "mine"\nversion = "1"\n'


def _by(backend: str, requires: str, more: str = "") -> dict[str, str]:
    system = f'[build-system]\nrequires = ["{requires}"]\nbuild-backend = "{backend}"\n'
    return {"pyproject.toml": f"{_NAMED}{more}{system}"}


_README: Final = 'readme = "README.md"\n'
_PACKAGE: Final = {"mine/__init__.py": '"""Mine."""\n'}
# Projects whose own files their build systems miss.
UNBUILDABLE: Final[dict[str, dict[str, str]]] = {
    "hatchling_readme": _by("hatchling.build", "hatchling", _README) | _PACKAGE,
    "hatchling_license": _by("hatchling.build", "hatchling", 'license = { file = "LICENSE" }\n') | _PACKAGE,
    "hatchling_no_files": _by("hatchling.build", "hatchling") | {"web/__init__.py": ""},
    "flit_readme": _by("flit_core.buildapi", "flit_core", _README) | _PACKAGE,
    "flit_no_files": _by("flit_core.buildapi", "flit_core", 'description = "x"\n') | {"web/__init__.py": ""},
    "poetry_readme": _by("poetry.core.masonry.api", "poetry-core", _README) | _PACKAGE,
    "poetry_no_files": _by("poetry.core.masonry.api", "poetry-core") | {"web/__init__.py": ""},
    "pdm_readme": _by("pdm.backend", "pdm-backend", _README) | _PACKAGE,
    "uv_readme": _by("uv_build", "uv_build", _README) | {"src/mine/__init__.py": ""},
    "uv_no_files": _by("uv_build", "uv_build") | {"web/__init__.py": ""},
    "setuptools_packages": {"pyproject.toml": _NAMED, "web/__init__.py": "", "static/a.css": ""},
    "setuptools_modules": {"pyproject.toml": _NAMED, "app.py": "", "jobs.py": ""},
    "setup_reads_a_file": {
        "setup.py": "from setuptools import setup\nsetup(name='mine', version=open('VERSION.txt').read())\n"
    },
}


def unbuildable(stage: Stage, kind: str) -> Said:
    """Install such a project."""
    stage.write(UNBUILDABLE[kind])
    stage.require(".")
    stage.settings.pop("PIP_CONFIG_FILE", None)
    return stage.pip("", env={"PIP_RETRIES": "3", "PIP_CONFIG_FILE": "", **machine_index()})


def write_versioned(stage: Stage, kind: str) -> dict[str, str]:
    """Make the application such a project, without git; gives the environment to install it in."""
    stage.write({"pyproject.toml": VERSIONED[kind], "mine.py": ""})
    if kind == "pbr":
        setup = "from setuptools import setup\nsetup(setup_requires=['pbr'], pbr=True)\n"
        stage.write({"setup.py": setup, "setup.cfg": "[metadata]\nname = mine\n[files]\nmodules = mine\n"})
    stage.require(".")
    stage.settings.pop("PIP_CONFIG_FILE", None)
    # pbr takes requirements.txt for the project's own requirements, and can't read that it needs itself.
    return {"PIP_RETRIES": "3", "PIP_CONFIG_FILE": "", "PBR_REQUIREMENTS_FILES": "none.txt", **machine_index()}


def machine_index() -> dict[str, str]:
    """How this machine says that a package index is reached."""
    starts = ("PIP_", "SSL_", "REQUESTS_", "HTTP_", "HTTPS_", "NO_PROXY", "http_", "https_", "no_proxy")
    return {name: value for name, value in os.environ.items() if name.startswith(starts)}


def build(stage: Stage, source: Source) -> Said:
    """Install a distribution from its source."""
    stage.link(*source.programs)
    name = source.requirement.partition("==")[0]
    stage.require(source.requirement)
    stage.settings.pop("PIP_CONFIG_FILE", None)
    return stage.pip("", "--no-binary", name, env={"PIP_RETRIES": "3", **machine_index()})
