"""What the words of a command start."""

import pytest
from pure.start.command_words import runs
from pure.start.started import Started, started


def last(line: str) -> Started:
    return [each for run in runs(("bash", "-c", line)) for each in started(run)][-1]


@pytest.mark.parametrize(
    ("line", "module", "name"),
    [
        ("gunicorn shop.wsgi", "shop.wsgi", "application"),
        ("gunicorn -w 4 -k gevent --preload app:app", "app", "app"),
        ("gunicorn --workers=4 -w4 -b:$PORT 'app:create_app()'", "app", "create_app"),
        ("gunicorn app:app --timeout 600 --access-logfile -", "app", "app"),
        ("uvicorn main:app --host 0.0.0.0 --port $PORT --proxy-headers", "main", "app"),
        ("uvicorn --factory main:make --host 0.0.0.0", "main", "make"),
        ("hypercorn asgi:shop.asgi:app", "shop.asgi", "app"),
        ("daphne -b 0.0.0.0 -p $PORT shop.asgi:application", "shop.asgi", "application"),
        ("waitress-serve --port=$PORT --call shop:create", "shop", "create"),
        ("celery -A shop.tasks worker", "shop.tasks", ""),
        ("celery --app=shop:celery worker -l info", "shop", ""),
        ("flask --app shop.web run --host=0.0.0.0", "shop.web", ""),
        ("uwsgi --http :$PORT --module shop.wsgi:application", "shop.wsgi", "application"),
        ("python -m shop.server", "shop.server", ""),
        ("python -u -m shop", "shop", ""),
        ("python -m gunicorn shop.wsgi:app", "shop.wsgi", "app"),
        ("ddtrace-run gunicorn app:app", "app", "app"),
        ("newrelic-admin run-program gunicorn app:app", "app", "app"),
        ("opentelemetry-instrument --traces_exporter gunicorn app:app", "app", "app"),
    ],
)  # fmt: skip
def test_the_module_and_the_object(line: str, module: str, name: str) -> None:
    target = last(line).targets[-1]
    wanted = (target.module, target.name) if name else (target.module, "")
    assert wanted == (module, name)


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("python app.py", "app.py"),
        ("python -u ./bin/run.py --x", "bin/run.py"),
        ("streamlit run Home.py --server.port $PORT", "Home.py"),
        ("fastapi run main.py", "main.py"),
        ("bash start.sh", "start.sh"),
        ("uwsgi --ini uwsgi.ini", "uwsgi.ini"),
    ],
)
def test_the_file(line: str, path: str) -> None:
    assert [each.path for each in last(line).targets] == [path]


@pytest.mark.parametrize(
    "line", ["gunicorn $APP", "python $MAIN", "bash -c 'x y'", "python -c 'import x'", "streamlit hello", "flask db x"]
)
def test_nothing_is_named_where_nothing_can_be_known(line: str) -> None:
    assert last(line).targets == ()


@pytest.mark.parametrize(
    ("line", "port"),
    [
        ("gunicorn -b 0.0.0.0:8000 app:app", "8000"),
        ("gunicorn --bind=:5000 app:app", "5000"),
        ("uvicorn a:b --host 0.0.0.0 --port 80", "80"),
        ("python manage.py runserver 0.0.0.0:8000", "8000"),
        ("waitress-serve --listen=*:8080 a:b", "8080"),
        ("gunicorn -b 0.0.0.0:$PORT app:app", ""),
        ("gunicorn -b 0.0.0.0:${PORT:-8000} app:app", ""),
        ("gunicorn -b unix:/tmp/s app:app", ""),
        ("gunicorn app:app", ""),
    ],
)
def test_a_fixed_port(line: str, port: str) -> None:
    assert last(line).port == port


@pytest.mark.parametrize(
    ("line", "local"),
    [
        ("gunicorn -b 127.0.0.1:$PORT a:b", "127.0.0.1"),
        ("gunicorn -b localhost:8000 a:b", "localhost"),
        ("uvicorn a:b --port $PORT", "--host 0.0.0.0"),
        ("uvicorn a:b --uds /tmp/s", ""),
        ("uvicorn a:b --host 0.0.0.0", ""),
        ("hypercorn a:b", "--bind 0.0.0.0:${PORT:-8000}"),
        ("hypercorn a:b --bind 0.0.0.0:$PORT", ""),
        ("flask run -p $PORT", "--host 0.0.0.0"),
        ("flask run -h 0.0.0.0 -p $PORT", ""),
        ("flask db upgrade", ""),
        ("python manage.py runserver", "0.0.0.0:${PORT:-8000}"),
        ("python manage.py runserver $PORT", "0.0.0.0:${PORT:-8000}"),
        ("python manage.py runserver 0.0.0.0:$PORT", ""),
        ("gunicorn a:b", ""),
    ],
)
def test_an_address_that_nobody_outside_reaches(line: str, local: str) -> None:
    assert last(line).local == local


def test_folders_to_import_from() -> None:
    assert last("PYTHONPATH=lib cd_ x; PYTHONPATH=lib gunicorn --chdir src a:b").roots == ("", "src", "lib")
    assert last("cd web && uvicorn --app-dir src a:b").roots == ("web", "web/src")
    assert not last("gunicorn -c conf.py a:b").sure
