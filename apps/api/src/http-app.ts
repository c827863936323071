import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { configureHttp, type HttpConfig } from './http/configure-http.js';
import { createHttpAdapter } from './http/http-adapter.js';
import type { RateLimits } from './rate-limits/rate-limits.js';

@Module({})
class Process {}

/** Where an application that listens is found on this machine: one that listens on every address, on the local one too. */
export function ownUrl(app: NestFastifyApplication): string {
  const bound = app.getHttpServer().address();
  if (bound === null || typeof bound === 'string') throw new Error('the application does not listen yet');
  const { address, port } = bound;
  const host = ['0.0.0.0', '::'].includes(address) ? '127.0.0.1' : address;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** The process as a Nest application that answers HTTP; it does not listen yet. */
export async function createHttpApp(
  imports: (DynamicModule | Type)[],
  config: HttpConfig,
  limits: RateLimits | null = null,
): Promise<NestFastifyApplication> {
  // Bodies are read by our own parser. Errors at the start are the caller's to report, in one line.
  const options = { bodyParser: false, abortOnError: false };
  const root = { module: Process, imports };
  const app = await NestFactory.create<NestFastifyApplication>(
    root,
    createHttpAdapter(config.TRUST_PROXY),
    options,
  );
  configureHttp(app, config, limits);
  return app;
}
