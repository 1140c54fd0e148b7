"""Decides which workers run beside an application, or without one: those of Celery and of RQ."""

from typing import Final

from pure.start.found import Found, Ground, Search, found
from pure.start.launching import command_line

# RQ's own, and what most platforms call it.
_REDIS_VARIABLES: Final = ("RQ_REDIS_URL", "REDIS_URL")


def workers(ground: Ground) -> Search:
    """The workers for the queues that the code names."""
    yield from _celery(ground)
    yield from _rq(ground)


def _celery(ground: Ground) -> Search:
    objects = ground.code.of("celery")
    if not objects:
        return
    if missing := ground.absent("celery", "the Celery object", objects[0].place):
        yield missing
        return
    ready = [each for each in objects if not each.factory]
    if not ready:
        yield f"{objects[0].place} makes a Celery object in a function, which no worker can import"
        return
    each = ready[0]
    root, folder = ground.importable(each.place)

    def process(kind: str, options: tuple[str, ...], because: str) -> Found:
        words = ("celery", "--app", each.target, kind, *options)
        return found(
            kind,
            command_line(words, args=("--loglevel", "INFO"), root=root),
            place=each.place,
            because=because,
            what=because,
            working_dir=ground.folder(folder),
        )

    yield process("worker", (), f"the Celery object {each.name}")
    if "django-celery-beat" in ground.installed:
        scheduler = ("--scheduler", "django_celery_beat.schedulers:DatabaseScheduler")
        yield process("beat", scheduler, "django-celery-beat is installed; run it once, not once per container")
    elif ground.code.periodic is not None:
        # The application's folder needn't be writable.
        schedule = ("--schedule", "/tmp/celerybeat-schedule")  # noqa: S108
        because = f"{ground.code.periodic} has periodic tasks; run it once, not once per container"
        yield process("beat", schedule, because)


def _rq(ground: Ground) -> Search:
    kind = "rq-worker" if ground.code.of("celery") and "celery" in ground.installed else "worker"
    if ground.code.django_rq and ground.code.django and "django-rq" in ground.installed:
        words = ("python", "manage.py", "rqworker", *(ground.code.django_queues or ("default",)))
        yield found(
            kind,
            command_line(words),
            place=ground.code.django_rq[0],
            because="jobs of django-rq",
            what="jobs of django-rq",
            working_dir=ground.folder(ground.code.django[0].folder),
        )
        return
    places = ground.code.rq
    if not places:
        return
    if missing := ground.absent("rq", "an RQ queue", places[0]):
        yield missing
        return
    queues = ground.code.queues or ("default",)
    own = ground.code.redis if ground.code.redis not in _REDIS_VARIABLES else None
    names = [f"${name}" for name in (_REDIS_VARIABLES[0], *((own,) if own else ()), _REDIS_VARIABLES[1])]
    root, folder = ground.importable(places[0])
    yield found(
        kind,
        command_line(("rq", "worker", "--url", f"{{redis:{own}}}" if own else "{redis}", *queues), root=root),
        place=places[0],
        because=f"RQ's queues, at {', '.join(names[:-1])} or {names[-1]}",
        what="RQ's queues",
        working_dir=ground.folder(folder),
    )
