import { Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Config } from '#platform';
import { configureHttp } from './http/configure-http.js';
import { createHttpAdapter } from './http/http-adapter.js';

@Module({})
class Process {}

/** The process as a Nest application that answers HTTP; it does not listen yet. */
export async function createHttpApp(
  imports: DynamicModule[],
  { PUBLIC_URL, TRUST_PROXY }: Pick<Config, 'PUBLIC_URL' | 'TRUST_PROXY'>,
): Promise<NestFastifyApplication> {
  // Bodies are read by our own parser. Errors at the start are the caller's to report, in one line.
  const options = { bodyParser: false, abortOnError: false };
  const root = { module: Process, imports };
  const app = await NestFactory.create<NestFastifyApplication>(root, createHttpAdapter(TRUST_PROXY), options);
  configureHttp(app, PUBLIC_URL);
  return app;
}
