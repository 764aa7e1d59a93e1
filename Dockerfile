# The worker as an image: compiled once, then only what it needs at run time, owned by nobody.
# Node 24 is a long-term support line until April 2028.

# Where the base image comes from: a mirror of Docker Hub. The digest says which image it must be; it
# names the list of all platforms.
ARG IMAGE_REGISTRY=docker.io/library

FROM ${IMAGE_REGISTRY}/node:24-bookworm-slim@sha256:6f7b03f7c2c8e2e784dcf9295400527b9b1270fd37b7e9a7285cf83b6951452d AS build
# npm reads it where it is given: a mirror of its registry.
ARG NPM_CONFIG_REGISTRY
WORKDIR /app
COPY package.json package-lock.json ./
# Without scripts: `prepare` compiles, and there is nothing to compile yet.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY src ./src
RUN npm run build

FROM ${IMAGE_REGISTRY}/node:24-bookworm-slim@sha256:6f7b03f7c2c8e2e784dcf9295400527b9b1270fd37b7e9a7285cf83b6951452d AS dependencies
ARG NPM_CONFIG_REGISTRY
WORKDIR /app
COPY package.json package-lock.json ./
# Without scripts: `prepare` needs the compiler, which is no production dependency.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM ${IMAGE_REGISTRY}/node:24-bookworm-slim@sha256:6f7b03f7c2c8e2e784dcf9295400527b9b1270fd37b7e9a7285cf83b6951452d
LABEL org.opencontainers.image.title="glm-worker" \
      org.opencontainers.image.description="A FastChat model worker that answers through Zhipu's GLM API" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.source="https://github.com/glm-worker/glm-worker" \
      org.opencontainers.image.licenses="Apache-2.0"
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json LICENSE ./
# A container is reached from outside, and by the address it has on the way to the controller.
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    WORKER_ADDRESS=auto
# The user `node`, by number: a cluster that demands `runAsNonRoot` cannot look names up.
USER 1000:1000
EXPOSE 21002
HEALTHCHECK --interval=10s --timeout=5s --start-period=5s --retries=3 \
  CMD ["node", "-e", "const tls = /^(true|1|yes|on)\\b/i.test(process.env.SSL); require(tls ? 'https' : 'http').get({ host: '127.0.0.1', port: process.env.PORT || 21002, path: '/healthz', rejectUnauthorized: false, agent: false }, (reply) => { process.exitCode = reply.statusCode === 200 ? 0 : 1; reply.resume(); }).on('error', () => { process.exitCode = 1; })"]
# No shell in between, so that SIGTERM reaches the worker, which then drains.
ENTRYPOINT ["node", "dist/cli.js"]
CMD ["serve"]
