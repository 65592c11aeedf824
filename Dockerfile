# README.md, "Run a coalition", shows how to build, initialise and run this image. A server that
# is reached from outside the container needs listen, base_url and TLS (or behind_proxy) in
# /data/server.toml. Every step also works by hand, in this order, where there is Python 3.11.

FROM python:3.11-slim AS build
WORKDIR /build
COPY requirements/runtime.lock requirements/runtime.lock
RUN python -m venv /opt/clearinghouse \
    && /opt/clearinghouse/bin/pip install --no-cache-dir --require-hashes -r requirements/runtime.lock
COPY pyproject.toml README.md LICENSE ./
COPY config config
COPY taxii_server taxii_server
COPY stix_models stix_models
RUN /opt/clearinghouse/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin clearinghouse \
    && install -d -o clearinghouse -g clearinghouse -m 0700 /data
COPY --from=build /opt/clearinghouse /opt/clearinghouse
ENV PATH=/opt/clearinghouse/bin:$PATH CLEARINGHOUSE_DATA=/data PYTHONUNBUFFERED=1
USER clearinghouse
VOLUME /data
EXPOSE 8080
# A server on another port or with TLS sets HEALTH_URL, for example https://localhost:8443/healthz.
ENV HEALTH_URL=http://127.0.0.1:8080/healthz
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s CMD ["python", "-c", \
    "import os, ssl, urllib.request as u; u.urlopen(os.environ['HEALTH_URL'], timeout=2, context=ssl._create_unverified_context())"]
ENTRYPOINT ["clearinghouse"]
CMD ["serve"]
