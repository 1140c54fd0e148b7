"""Pages of images for tests: one that Lamina built, of many distributions, and one that nobody knows much of."""

from pure.report.page.telling import (
    Page,
    ShownChange,
    ShownDecision,
    ShownDistribution,
    ShownLayer,
    ShownPackage,
    ShownPrevious,
    ShownTime,
)

MB = 1_000_000


def _small(number: int) -> ShownDistribution:
    return ShownDistribution(name=f"small-{number}", version=f"1.{number}", nbytes=60_000 + 217_003 * (number % 9))


NUMPY = ShownDistribution(
    name="numpy",
    version="2.3.4",
    nbytes=61_400_123,
    packages=(ShownPackage(name="numpy", nbytes=34_100_100), ShownPackage(name="numpy.libs", nbytes=27_300_023)),
)
DJANGO = ShownDistribution(
    name="django",
    version="5.2.8",
    nbytes=24_117_930,
    packages=(
        ShownPackage(name="django", nbytes=24_000_000),
        ShownPackage(name="django-5.2.8.dist-info", nbytes=117_930),
    ),
)
RICH = Page(
    name="registry.example/shop/web:2026-11",
    facts=(
        ("Digest", "sha256:4f1d3c8e5a0b9d7762f3e1c4a8b5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7"),
        ("Target", "linux/amd64"),
        ("Python", "3.13.9"),
        ("Starts", "web: gunicorn --bind 0.0.0.0:${PORT:-8000} shop.wsgi"),
        ("Built by", "lamina/python 0.1.0"),
    ),
    layers=(
        ShownLayer(name="run image 1", kind="base", nbytes=78 * MB + 11, compressed=29_200_001),
        ShownLayer(name="run image 2", kind="base", nbytes=9_200_000, compressed=3_400_500),
        ShownLayer(
            name="python",
            kind="python",
            because="Python by itself: it changes with its version, and with nothing that is installed",
            nbytes=71_300_400,
            compressed=24_000_100,
        ),
        ShownLayer(
            name="venv",
            kind="dependencies",
            because="the dependencies, with the metadata and programs of all of them",
            nbytes=58_000_321,
            compressed=16_700_000,
            distributions=(DJANGO, *map(_small, range(30))),
            become="changed",
        ),
        ShownLayer(
            name="dist-numpy",
            kind="dependencies",
            because="61.4 MB of one distribution: they are moved only when it changes",
            nbytes=61_800_000,
            compressed=19_000_000,
            distributions=(NUMPY,),
        ),
        ShownLayer(name="acme/assets: nodejs", kind="others", nbytes=12_000_000, compressed=4_000_000),
        ShownLayer(name="application", kind="application", nbytes=6_400_000, compressed=1_200_000, become="new"),
        ShownLayer(name="launcher", kind="platform", nbytes=2_700_000, compressed=1_300_000),
        ShownLayer(name="config", kind="platform", nbytes=2_048, compressed=310),
        ShownLayer(name="process types", kind="platform", nbytes=3_584, compressed=280),
    ),
    decisions=(
        ShownDecision(
            about="Python",
            choice="3.13.9",
            because=(
                ".python-version asks for 3.13",
                "the newest 3.13 of the catalogue",
                "pyproject.toml asks for >=3.12, which it satisfies",
            ),
        ),
        ShownDecision(about="Package manager", choice="uv 0.9.8", because=("uv.lock is uv's own lock",)),
        ShownDecision(
            about="Process web, the default",
            choice="gunicorn --bind 0.0.0.0:${PORT:-8000} shop.wsgi",
            source="shop/wsgi.py",
            because=("shop/wsgi.py has a WSGI application, and gunicorn is installed",),
            command=True,
        ),
        ShownDecision(
            about="Process worker",
            choice="celery -A shop worker",
            source="Procfile",
            because=("the Procfile declares it",),
            command=True,
        ),
    ),
    times=(
        ShownTime(name="detect", seconds=0.1),
        ShownTime(name="restore", seconds=0.4),
        ShownTime(
            name="build: lamina/python",
            seconds=21.7,
            parts=(ShownTime(name="uv", seconds=1.4), ShownTime(name="installing", seconds=14.9)),
        ),
        ShownTime(name="export", seconds=4.2),
    ),
    previous=ShownPrevious(
        reference="registry.example/shop/web:2026-10",
        said=("A deployment pushes 17.9 MB, and a node that has the previous image pulls as much.",),
        decisions=(
            ShownChange(
                about="Python",
                before="3.13.8",
                after="3.13.9",
                because_before=("the newest 3.13 of the catalogue",),
                because=("the newest 3.13 of the catalogue",),
            ),
        ),
        distributions=(
            ShownChange(about="django", before="5.2.7", after="5.2.8"),
            ShownChange(about="small-3", before="", after="1.3"),
            ShownChange(about="pytz", before="2025.2", after=""),
        ),
        gone=("dist-pillow",),
    ),
)
BARE = Page(
    name="debian-something",
    facts=(("Digest", "sha256:00"),),
    layers=(ShownLayer(name="layer 1", kind="unknown"), ShownLayer(name="layer 2", kind="unknown", compressed=5)),
    undecided="Nothing is known of what was decided: it has no label io.lamina.decisions.",
    untimed="An image doesn't have the times of its build.",
)
