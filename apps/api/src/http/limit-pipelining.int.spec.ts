import { connect } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { cleanUp, testDatabase, waitFor } from '#testing';
import { serveApi } from '../spec/serve-api.js';

describe('a connection on which requests are sent ahead', () => {
  it('gets a few of them answered and 503 for the others, each in its turn', async () => {
    const { database } = await testDatabase();
    const api = await serveApi(database);
    cleanUp(() => api.app.close());
    const { username, password } = await api.account();
    const authorization = `Basic ${btoa(`${username}:${password}`)}`;
    const { hostname, port } = new URL(api.url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    let received = '';
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString();
    });
    const request = `GET /v1/Services HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: ${authorization}\r\n\r\n`;
    socket.write(request.repeat(50));
    const statuses = () => Array.from(received.matchAll(/HTTP\/1\.1 (\d+) /g), ([, status]) => status);
    await waitFor(() => statuses().length === 50);
    expect(statuses().slice(0, 4)).toEqual(['200', '200', '200', '200']);
    expect(statuses()).toContain('503');
    expect(received).toMatch(/retry-after: 1/i);
    // Those who wait for their answers are not meant.
    received = '';
    for (let i = 1; i <= 10; i++) {
      socket.write(request);
      await waitFor(() => statuses().length === i);
    }
    expect(new Set(statuses())).toEqual(new Set(['200']));
    socket.destroy();
  });
});
