import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '#domain';

/**
 * Requests of one connection that may wait for their answers. No SDK sends another before the last is answered; whoever sends
 * a thousand in one write and reads nothing would have us hold a thousand pages for them.
 */
const MOST_UNANSWERED = 4;

/** Answers a function that refuses a request when too many of its connection are unanswered. */
export function limitPipelining(): (request: FastifyRequest, reply: FastifyReply) => void {
  const unanswered = new WeakMap<Socket, number>();
  return (request, reply) => {
    const { socket } = request.raw;
    const waiting = (unanswered.get(socket) ?? 0) + 1;
    unanswered.set(socket, waiting);
    // Comes when the answer is out, and also when the connection is gone.
    reply.raw.once('close', () => {
      unanswered.set(socket, (unanswered.get(socket) ?? 1) - 1);
    });
    if (waiting > MOST_UNANSWERED) {
      throw new DomainError('overloaded', 'too many requests of this connection are unanswered');
    }
  };
}
