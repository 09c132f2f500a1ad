# One image for every process of a deployment; docker-compose.yml says which command each runs.

FROM node:22-slim AS console
WORKDIR /build/console
COPY frontend/console/package.json frontend/console/package-lock.json frontend/console/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY frontend/console ./
COPY clients/typescript /clients/typescript
RUN npm run build

FROM python:3.13-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DJANGO_SETTINGS_MODULE=streaming.settings
WORKDIR /headwater
COPY requirements.txt ./
RUN pip install --no-cache-dir --require-hashes --requirement requirements.txt
COPY . ./
COPY --from=console /build/dist ./frontend/dist
# Or each process would compile it again at each start: none may write here.
RUN python -m compileall -q brokers connect frontend streaming tenants
# A new volume takes the owner of the folder it is mounted on.
RUN useradd --system --uid 10001 headwater \
    && mkdir -p /data/run /data/keys /data/volumes/1 /data/volumes/2 /data/volumes/3 \
    && chown -R headwater /data
USER headwater
ENV HEADWATER_DATA_DIR=/data
