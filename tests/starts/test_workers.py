"""Every detected worker does its work: RQ, django-rq and Celery beside a real Redis, started by our command lines."""

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest
from pure.start.code_search import code_facts
from pure.start.command import detect_processes
from pure.start.declared import Startup
from pure.start.found import Circumstances
from shell.sources import read_sources

from tests.builds.workshop import PATH
from tests.environments import environment_of, versions
from tests.places import ROOT
from tests.starting import argv_of

pytestmark = pytest.mark.heavy

REDIS = shutil.which("redis-server", path=PATH)
INSTALLED = ("rq", "django-rq", "celery[redis]", "django")

RQ_JOBS = """
import os

from redis import Redis
from rq import Queue

queue = Queue({name}connection={connection})

def add(one, other):
    return one + other
"""
RQ_CLIENT = """
import time
from {module} import add, queue

job = queue.enqueue(add, 20, 22)
while not (job.is_finished or job.is_failed):
    time.sleep(0.1)
    job.refresh()
print(job.return_value())
"""
DJANGO_SETTINGS = """
import os

SECRET_KEY = "for a test"
INSTALLED_APPS = ["django_rq"]
RQ_QUEUES = {"default": {"URL": os.environ["REDIS_URL"]}}
"""
MANAGE = """
import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "site_.settings")
    from django.core.management import execute_from_command_line
    execute_from_command_line(sys.argv)
"""
DJANGO_JOBS = """
import django_rq

def add(one, other):
    return one + other

def enqueue():
    return django_rq.enqueue(add, 20, 22)
"""
DJANGO_CLIENT = """
import os
import time
os.environ["DJANGO_SETTINGS_MODULE"] = "site_.settings"
import django
django.setup()
from shop.jobs import enqueue

job = enqueue()
while not (job.is_finished or job.is_failed):
    time.sleep(0.1)
    job.refresh()
print(job.return_value())
"""
CELERY_TASKS = """
import os

from celery import Celery

app = Celery("shop", broker=os.environ["REDIS_URL"], backend=os.environ["REDIS_URL"])

@app.task
def add(one, other):
    return one + other
"""
CELERY_CLIENT = """
from tasks import add

print(add.delay(20, 22).get(timeout=60))
"""
PERIODIC_TASKS = f"""{CELERY_TASKS}
import redis

app.conf.beat_schedule = {{"note": {{"task": "tasks.note", "schedule": 0.5}}}}

@app.task
def note():
    redis.Redis.from_url(os.environ["REDIS_URL"]).rpush("noted", "42")
"""
PERIODIC_CLIENT = """
import os
import time
import redis

connection = redis.Redis.from_url(os.environ["REDIS_URL"])
while not (noted := connection.lpop("noted")):
    time.sleep(0.1)
print(noted.decode())
"""
FROM_URL = 'Redis.from_url(os.environ["REDIS_URL"])'


class App(msgspec.Struct, frozen=True, kw_only=True):
    """An application: its files, the program that gives it work, what each process executes, the variables.

    ``programs`` has the process by its type and what has to be there in the place of a shell.
    """

    files: Mapping[str, str]
    installed: tuple[str, ...]
    client: str
    programs: Mapping[str, str]
    env: Mapping[str, str]


APPS: Mapping[str, App] = {
    "rq-redis-url": App(
        files={"jobs.py": RQ_JOBS.format(name="'high', ", connection=FROM_URL)},
        installed=("rq", "redis"),
        client=RQ_CLIENT.format(module="jobs"),
        programs={"worker": "rq"},
        env={"REDIS_URL": "redis://127.0.0.1:6379/3"},
    ),
    "rq-own-variable": App(
        files={
            "jobs.py": RQ_JOBS.format(name="name='high', ", connection='Redis.from_url(os.environ["RQ_REDIS_URL"])')
        },
        installed=("rq", "redis"),
        client=RQ_CLIENT.format(module="jobs"),
        programs={"worker": "rq"},
        # Such as a cache, which isn't where the queue is.
        env={"RQ_REDIS_URL": "redis://127.0.0.1:6379/4", "REDIS_URL": "redis://127.0.0.1:6379/5"},
    ),
    "rq-variable-of-the-code": App(
        files={"jobs.py": RQ_JOBS.format(name="name='high', ", connection='Redis.from_url(os.environ["QUEUE_DSN"])')},
        installed=("rq", "redis"),
        client=RQ_CLIENT.format(module="jobs"),
        programs={"worker": "rq"},
        env={"QUEUE_DSN": "redis://127.0.0.1:6379/4", "REDIS_URL": "redis://127.0.0.1:6379/5"},
    ),
    "rq-no-variable": App(
        files={"src/shop/jobs.py": RQ_JOBS.format(name="", connection="Redis()"), "src/shop/__init__.py": ""},
        installed=("rq", "redis"),
        client=f"import sys\nsys.path.insert(0, 'src')\n{RQ_CLIENT.format(module='shop.jobs')}",
        programs={"worker": "rq"},
        env={},
    ),
    "django-rq": App(
        files={
            "manage.py": MANAGE,
            "site_/__init__.py": "",
            "site_/settings.py": DJANGO_SETTINGS,
            "shop/__init__.py": "",
            "shop/jobs.py": DJANGO_JOBS,
        },
        installed=("django", "django-rq", "rq", "redis"),
        client=DJANGO_CLIENT,
        programs={"worker": "manage.py"},
        env={"REDIS_URL": "redis://127.0.0.1:6379/3"},
    ),
    "celery": App(
        files={"tasks.py": CELERY_TASKS},
        installed=("celery", "redis"),
        client=CELERY_CLIENT,
        programs={"worker": "celery"},
        env={"REDIS_URL": "redis://127.0.0.1:6379/3"},
    ),
    "celery-beat": App(
        files={"tasks.py": PERIODIC_TASKS},
        installed=("celery", "redis"),
        client=PERIODIC_CLIENT,
        programs={"worker": "celery", "beat": "celery"},
        env={"REDIS_URL": "redis://127.0.0.1:6379/3"},
    ),
}


@pytest.fixture(scope="session")
def venv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return environment_of(tmp_path_factory, "workers", INSTALLED)


@pytest.mark.skipif(
    REDIS is None, reason="redis-server isn't installed (Debian and Ubuntu: apt-get install redis-server)"
)
@pytest.mark.parametrize("name", APPS)
def test_it_does_its_work(name: str, tmp_path: Path, venv: Path) -> None:
    app, folder, home = APPS[name], tmp_path / "app", tmp_path / "home"
    home.mkdir()
    for path, text in app.files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    known = versions(venv)
    circumstances = Circumstances(
        installed={each: known[each] for each in app.installed}, startup=Startup(), app=str(folder)
    )
    found = {each.type: each for each in detect_processes(code_facts(read_sources(folder)), circumstances).processes}
    processes = [found[kind] for kind in app.programs]
    # An image's application may be read-only.
    for place in (folder, *folder.rglob("*")):
        place.chmod(0o555 if place.is_dir() else 0o444)
    task = {
        "redis": [REDIS, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(home)],
        "processes": [{"argv": argv_of(each, home), "cwd": each.working_dir or str(folder)} for each in processes],
        "client": [f"{venv}/bin/python", "-c", app.client],
        "env": {"PATH": f"{venv}/bin:{PATH}", "HOME": str(home), "LANG": "C.UTF-8", **app.env},
        "cwd": str(folder),
        "log": str(home / "log"),
    }
    # A network of its own needs a user namespace, which the local lifecycle needs as well.
    asked = ["unshare", "--user", "--map-root-user", "--net", sys.executable, "-m", "tests.working", json.dumps(task)]
    done = subprocess.run(asked, capture_output=True, text=True, check=True, cwd=ROOT)
    answer = json.loads(done.stdout)
    said = f"{[each.command for each in processes]}\n{(home / 'log').read_text(errors='replace')[-3000:]}"
    assert answer["said"] == "42\n", said
    for program, command in zip(app.programs.values(), answer["commands"], strict=True):
        # No shell is left between the platform's signals and the worker.
        assert program in command[:2], command
    assert None not in answer["ended"], f"it doesn't end on SIGTERM: {said}"
