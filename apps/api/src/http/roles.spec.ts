import { describe, expect, it } from '@jest/globals';
import { mayReach, mayUse } from './roles.js';

const routes = [
  '/v1/Services',
  '/v1/Services/:serviceSid/Sessions/:sessionSid',
  '/simulator/messages',
  '/admin/v1/Sessions',
  '/admin/v1/Sessions/:sessionSid/Reveal',
  '/admin/v1/ApiKeys',
  '/admin/v1/ApiKeys/:keySid',
  '/admin/v1/AuthTokens/Promote',
  '/admin/v1/LegalHold',
  '/admin/v1/Sessions/:sessionSid/LegalHold/Release',
];
const allowed = (role: 'owner' | 'operator' | 'read-only', method: string) =>
  routes.filter((route) => mayUse(role, method, route));

describe('mayUse', () => {
  it('lets the account itself do everything', () => {
    for (const method of ['GET', 'POST', 'DELETE']) expect(allowed('owner', method)).toEqual(routes);
  });

  it('keeps keys, tokens and legal holds from an operator, who may see which there are', () => {
    expect(allowed('operator', 'GET')).toEqual(routes);
    for (const method of ['POST', 'DELETE']) expect(allowed('operator', method)).toEqual(routes.slice(0, 5));
  });

  it('lets a read-only key look and nothing else, and not at phones', () => {
    expect(allowed('read-only', 'GET')).toEqual(routes.filter((route) => route !== '/simulator/messages'));
    for (const method of ['POST', 'DELETE', 'PATCH']) expect(allowed('read-only', method)).toEqual([]);
  });
});

describe('mayReach', () => {
  const [ours, theirs] = ['AC1', 'AC2'];

  it('opens what all accounts share to the account of the installation alone', () => {
    for (const route of ['/admin/v1/Consumers', '/admin/v1/Consumers/:consumerName/Pause']) {
      expect(mayReach(ours, route, ours)).toBe(true);
      expect(mayReach(theirs, route, ours)).toBe(false);
      expect(mayReach(theirs, route, undefined)).toBe(false);
    }
  });

  it('opens everything else to everybody', () => {
    expect(routes.filter((route) => mayReach(theirs, route, ours))).toEqual(routes);
  });
});
