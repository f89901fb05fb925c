# Small and without root: what is locked is installed, by its hashes, in a stage of its own; what no
# process loads is left behind there, pip with it.
FROM python:3.11.13-slim-bookworm@sha256:86adf8dbadc3d6e82ee5dd2c74bec2e1c2467cdad47886280501df722372d2e1 AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /build
COPY requirements.lock requirements-build.lock ./
RUN python -m venv /opt/build \
    && /opt/build/bin/pip install --require-hashes --only-binary :all: -r requirements-build.lock
RUN python -m venv --without-pip /opt/jinxi \
    && /opt/build/bin/pip --python /opt/jinxi/bin/python \
        install --require-hashes --only-binary :all: -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY deploy/slim.py deploy/slim.py
COPY campaigns campaigns
COPY crm crm
COPY streams streams
RUN /opt/build/bin/python -m pip wheel --no-deps --no-build-isolation --wheel-dir wheels . \
    && /opt/build/bin/pip --python /opt/jinxi/bin/python install --no-deps wheels/*.whl \
    && /opt/build/bin/python deploy/slim.py /opt/jinxi \
    && /opt/jinxi/bin/python -m compileall -q --invalidation-mode unchecked-hash /opt/jinxi/lib

FROM python:3.11.13-slim-bookworm@sha256:86adf8dbadc3d6e82ee5dd2c74bec2e1c2467cdad47886280501df722372d2e1
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin jinxi \
    && install --directory --owner jinxi --group jinxi --mode 0700 /data /data/attachments /backups
COPY --from=build /opt/jinxi /opt/jinxi
ENV PATH=/opt/jinxi/bin:$PATH PYTHONUTF8=1 PYTHONUNBUFFERED=1 JINXI_DATA=/data
WORKDIR /data
USER 10001:10001
EXPOSE 8765
CMD ["jinxi", "serve"]
