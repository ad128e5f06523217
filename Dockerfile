# docker build -t shortfuse . && docker run --rm -v "$PWD:/work:ro" shortfuse audit
ARG NODE=20

FROM node:${NODE}-slim AS build
WORKDIR /src
COPY . .
RUN node scripts/build.mjs

FROM node:${NODE}-slim
LABEL org.opencontainers.image.title="shortfuse" \
      org.opencontainers.image.description="Finds, shortens and restores the TLS session lifetime of web servers" \
      org.opencontainers.image.source="https://github.com/shortfuse/shortfuse" \
      org.opencontainers.image.licenses="MIT"
# lint --changed-since asks git. What is mounted belongs to another user than the one here, and is only read.
RUN apt-get update \
 && apt-get install -y --no-install-recommends git \
 && rm -rf /var/lib/apt/lists/* \
 && git config --system --add safe.directory '*'
COPY --from=build /src/LICENSE /src/packages/cli/package.json /opt/shortfuse/
COPY --from=build /src/packages/cli/schemas /opt/shortfuse/schemas
COPY --from=build /src/packages/cli/dist /opt/shortfuse/dist
RUN chmod +x /opt/shortfuse/dist/shortfuse.js && ln -s /opt/shortfuse/dist/shortfuse.js /usr/local/bin/shortfuse
USER node
WORKDIR /work
ENTRYPOINT ["shortfuse"]
CMD ["--help"]
