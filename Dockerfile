# One image for every service: `suyuan serve ...` says which. Untested where it was written, which
# had no Docker daemon; tests/test_compose.py checks what can be checked without one.
FROM python:3.11-slim AS build
WORKDIR /src
COPY requirements-build.lock requirements.lock ./
RUN python -m venv /opt/suyuan \
 && /opt/suyuan/bin/pip install --no-cache-dir --require-hashes --no-deps \
    -r requirements-build.lock -r requirements.lock
COPY . .
RUN /opt/suyuan/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.11-slim
COPY --from=build /opt/suyuan /opt/suyuan
# A new volume takes the owner of the folder that it is mounted on.
RUN useradd --system --uid 10001 suyuan \
 && install -d -o suyuan /claims/private /claims/public /coding /srv/inputs
USER suyuan
ENV PATH=/opt/suyuan/bin:$PATH PYTHONUNBUFFERED=1
EXPOSE 8000
ENTRYPOINT ["suyuan"]
CMD ["--help"]
