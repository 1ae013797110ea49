# docker build -t tessera .
# docs/deploy.md says how to run it, and compose.yaml runs it with a proxy.
FROM node:24-bookworm-slim AS build
WORKDIR /opt/tessera
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --no-fund --no-audit

FROM node:24-bookworm-slim
# A named volume takes its owner from this folder.
RUN install -d -m 700 -o 10001 -g 10001 /var/lib/tessera
COPY --from=build /opt/tessera/node_modules /opt/tessera/node_modules
COPY package.json LICENSE /opt/tessera/
COPY bin /opt/tessera/bin
COPY src /opt/tessera/src
RUN ln -s /opt/tessera/bin/tessera.mjs /usr/local/bin/tessera

ENV TESSERA_DATA=/var/lib/tessera TESSERA_HOST=0.0.0.0 TESSERA_PORT=8080
USER 10001:10001
WORKDIR /var/lib/tessera
VOLUME /var/lib/tessera
EXPOSE 8080
HEALTHCHECK --start-period=30s --interval=30s --timeout=5s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/readyz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["/opt/tessera/bin/tessera.mjs"]
CMD ["serve"]
