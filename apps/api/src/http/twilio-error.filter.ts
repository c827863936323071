import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RequestError } from '#wire';
import type { RouteTable } from './route-table.js';
import { pathOf, sendError } from './send-error.js';

/** Turns whatever is thrown, and every request that no route takes, into Twilio's error body. */
@Catch()
export class TwilioErrorFilter implements ExceptionFilter {
  constructor(private readonly routes: RouteTable) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const allowed = request.is404 ? this.routes.methodsOf(pathOf(request)) : [];
    if (allowed.length === 0 || error instanceof RequestError) {
      sendError(error, request, reply);
      return;
    }
    reply.header('Allow', allowed.join(', '));
    sendError(new RequestError('method-not-allowed'), request, reply);
  }
}
