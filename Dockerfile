# docker build -t tessera .
# docs/deploy.md says how to run it. compose.yaml runs it with a proxy, and compose.postgres.yaml adds PostgreSQL.
FROM node:24.11.1-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc tsconfig.json ./
RUN npm ci --omit=dev --no-fund --no-audit
COPY bin ./bin
COPY tools/build.ts ./tools/build.ts
COPY src ./src
RUN node_modules/bun/bin/bun.exe --no-env-file --config=bin/bunfig.toml --no-install tools/build.ts

FROM debian:12.12-slim
# A named volume takes its owner from this folder.
RUN install -d -m 700 -o 10001 -g 10001 /var/lib/tessera
COPY LICENSE /usr/share/doc/tessera/LICENSE
COPY --from=build /build/dist/tessera /usr/local/bin/tessera

ENV TESSERA_DATA=/var/lib/tessera TESSERA_HOST=0.0.0.0 TESSERA_PORT=8080
USER 10001:10001
WORKDIR /var/lib/tessera
VOLUME /var/lib/tessera
EXPOSE 8080
HEALTHCHECK --start-period=30s --interval=30s --timeout=10s CMD ["/usr/local/bin/tessera", "health"]
ENTRYPOINT ["/usr/local/bin/tessera"]
CMD ["serve"]
