# One image for every role: api is the default command, docker-compose.yml shows worker and migrate.

FROM node:24-bookworm-slim AS build
WORKDIR /maskline
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build

# Without optional dependencies there is no embedded PostgreSQL, which an image has no use for.
FROM node:24-bookworm-slim AS dependencies
WORKDIR /maskline
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --omit=dev --omit=optional

FROM node:24-bookworm-slim
WORKDIR /maskline
COPY --from=dependencies /maskline/node_modules ./node_modules
COPY --from=build /maskline/dist ./dist
COPY package.json LICENSE ./
COPY apps/cli/bin ./apps/cli/bin
COPY migrations ./migrations
# Inside a container 127.0.0.1 is the container's own.
ENV HOST=0.0.0.0
EXPOSE 3000
USER node
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/apps/api/src/main.js"]
