# Small and without root: what is locked is installed, by its hashes, in a stage of its own.
FROM python:3.11.13-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /build
RUN python -m venv /opt/jinxi
COPY requirements.lock ./
RUN /opt/jinxi/bin/pip install --require-hashes --only-binary :all: -r requirements.lock
COPY requirements-build.lock ./
RUN python -m venv /opt/build \
    && /opt/build/bin/pip install --require-hashes --only-binary :all: -r requirements-build.lock
COPY pyproject.toml README.md ./
COPY campaigns campaigns
COPY crm crm
COPY streams streams
RUN /opt/build/bin/python -m pip wheel --no-deps --no-build-isolation --wheel-dir wheels . \
    && /opt/jinxi/bin/pip install --no-deps wheels/*.whl \
    && /opt/jinxi/bin/python -m compileall -q /opt/jinxi/lib \
    && /opt/jinxi/bin/pip uninstall --yes pip

FROM python:3.11.13-slim-bookworm
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin jinxi \
    && install --directory --owner jinxi --group jinxi --mode 0700 /data /data/attachments
COPY --from=build /opt/jinxi /opt/jinxi
ENV PATH=/opt/jinxi/bin:$PATH PYTHONUTF8=1 PYTHONUNBUFFERED=1 JINXI_DATA=/data
WORKDIR /data
USER 10001:10001
EXPOSE 8765
CMD ["jinxi", "serve"]
