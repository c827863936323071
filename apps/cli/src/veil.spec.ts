import { describe, expect, it } from '@jest/globals';
import { ERASED, sessionStream } from '#domain';
import { veil } from './veil.js';

describe('veil', () => {
  it.each([
    ['identifier', '+12025550123', '+1202555XXXX'],
    ['identifier', 'messenger:123456', 'messenger:XXXX'],
    ['friendly_name', 'Alice', 'hidden'],
    ['body', 'See you at eight', 'hidden'],
    ['media_urls', ['https://example.com/1.jpg'], 'hidden'],
    ['duration', 61, 'hidden'],
    ['data', '{"body":"See you at eight"}', 'hidden'],
  ])('shows of %s %j no more than %s', (field, value, shown) => {
    expect(veil(field, value)).toBe(shown);
  });

  it('knows every field that is sealed in the log', () => {
    const fields = Object.values(sessionStream.personal ?? {}).flatMap((rule) =>
      'fields' in rule ? rule.fields : [],
    );
    const shown = fields.map((name) =>
      veil(
        name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
        'x',
      ),
    );
    expect(shown.length).toBeGreaterThan(0);
    expect(shown.filter((value) => value === 'x')).toEqual([]);
  });

  it.each([
    ['friendly_name', null],
    ['media_urls', []],
    ['identifier', ERASED],
    ['body', { sealed: 'x', subject: 'KI1' }],
    ['proxy_identifier', '+12025550199'],
    ['ttl', 60],
  ])('leaves %s %j as it is', (field, value) => {
    expect(veil(field, value)).toEqual(value);
  });
});
