# The image of worker and gateway. Everything it installs is named, with its hash, in requirements.lock.
# A tag that moves; docker-compose.yml hands in what PYTHON_IMAGE names, such as python:3.13-slim@sha256:…
ARG PYTHON_IMAGE=python:3.13-slim
FROM ${PYTHON_IMAGE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements.lock .
RUN python -m venv /venv \
    && /venv/bin/python -m pip install --require-hashes --only-binary :all: -r requirements.lock \
    && /venv/bin/python -m pip uninstall --yes pip

FROM ${PYTHON_IMAGE}
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONFAULTHANDLER=1 \
    PYTHONUNBUFFERED=1
RUN groupadd --gid 10001 tickets \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent \
        --shell /usr/sbin/nologin tickets
COPY --from=build /venv /venv
WORKDIR /app
COPY domain/ domain/
COPY gateway/ gateway/
COPY background/ background/
COPY adapters/ adapters/
COPY activities/ activities/
COPY workflows/ workflows/
COPY cli/ cli/
COPY partners/ partners/
COPY process/ process/
COPY settings/ settings/
COPY worker.py ./
USER 10001:10001
STOPSIGNAL SIGTERM
# Health is checked by docker-compose.yml, which knows where the probes listen.
# The gateway is `python -m gateway`.
ENTRYPOINT ["python", "worker.py"]
