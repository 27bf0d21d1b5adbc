# syntax=docker/dockerfile:1
ARG NODE=node:20-bookworm-slim

FROM ${NODE} AS build
WORKDIR /cameo
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --no-audit --no-fund
COPY . .
# Generates the database client and the API types, for which alone the development packages are here.
RUN node scripts/setup.mjs && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM ${NODE} AS runtime
ENV NODE_ENV=production
RUN mkdir -p /cameo /home/node/.cameo && chown node:node /home/node/.cameo
WORKDIR /cameo
COPY --from=build /cameo ./
USER node
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "scripts/healthcheck.mjs"]
# Without npm in between, which would not pass every signal on.
CMD ["node", "--import", "tsx", "src/main.ts"]

# The same on CUDA's libraries, for `worker-gpu`. Its user has the uid of `node` above, as both use
# the volume of Cameo's home.
FROM nvidia/cuda:12.6.3-cudnn-runtime-ubuntu24.04 AS gpu
ENV NODE_ENV=production
COPY --from=build /usr/local/bin/node /usr/local/bin/node
RUN mkdir -p /cameo /home/node/.cameo && chown -R ubuntu:ubuntu /home/node
WORKDIR /cameo
COPY --from=build /cameo ./
USER ubuntu
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "scripts/healthcheck.mjs"]
CMD ["node", "--import", "tsx", "src/main.ts"]
