# The image of the server. The first stage has what the interfaces are built with; the last has what runs, and no tests.
# The version is that of the Node that npm brings, see `optionalDependencies` of package.json.
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund
COPY . .
RUN node core/interfaces/build/main.ts
# The image has a Node of its own, so the one from npm would be there twice. What only builds the pages goes as well.
RUN rm -rf node_modules/node-linux-* node_modules/.bin/node node_modules/.cache core/interfaces/build

FROM node:24.21.0-bookworm-slim
WORKDIR /app
COPY --from=build /build ./
ENV NODE_ENV=production SLUICE_DATA_DIR=/data SLUICE_LISTEN_HTTP=0.0.0.0:9000
RUN mkdir -p /data && chown 1000:1000 /data
USER 1000:1000
VOLUME ["/data"]
EXPOSE 9000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["node", "-e", "fetch('http://127.0.0.1:9000/-/health/ready').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "core/boot/boot.mjs", "serve"]
