import { describe, expect, it } from '@jest/globals';
import { readOutOfSessionAnswer } from './out-of-session-answer.js';

const answer = (contentType: string | null, body: string | Uint8Array, status = 200) =>
  readOutOfSessionAnswer({
    status,
    contentType,
    body: typeof body === 'string' ? Buffer.from(body) : body,
  });

const json = (value: unknown, contentType = 'application/json') => answer(contentType, JSON.stringify(value));

const failed = { kind: 'failed', why: expect.any(String) as unknown };
const twiml = (xml: string) => ({ kind: 'twiml', xml });

const wish = {
  uniqueName: null,
  ttl: null,
  mode: 'voice-and-message',
  dateExpiry: null,
  participantIdentifier: '+15005550002',
  participantProxyIdentifier: null,
};

describe('an answer of XML', () => {
  const xml = '<Response><Message>Bye</Message></Response>';

  it.each([
    'application/xml',
    'text/xml',
    'Text/XML; charset=utf-8',
    'application/xml;charset="UTF-8"',
    'application/twiml+xml',
  ])('is TwiML as %s', (contentType) => {
    expect(answer(contentType, xml)).toEqual(twiml(xml));
    expect(answer(contentType, xml, 201)).toEqual(twiml(xml));
  });

  it('is read in the charset of its header, of its declaration, or in UTF-8', () => {
    const latin = Buffer.from('<Response>é</Response>', 'latin1');
    expect(answer('text/xml; charset=ISO-8859-1', latin)).toEqual(twiml('<Response>é</Response>'));
    const declared = Buffer.from(
      '<?xml version="1.0" encoding="ISO-8859-1"?><Response>é</Response>',
      'latin1',
    );
    expect(answer('text/xml', declared)).toEqual(
      twiml('<?xml version="1.0" encoding="UTF-8"?><Response>é</Response>'),
    );
    expect(answer('text/xml', '\uFEFF<Response>é</Response>')).toEqual(twiml('<Response>é</Response>'));
  });

  it.each([
    ['text/xml', Buffer.from('<Response>é</Response>', 'latin1')],
    ['text/xml; charset=martian', Buffer.from('<Response/>')],
    ['text/xml', Buffer.from("<?xml version='1.0' encoding='martian'?><Response/>")],
  ])('has failed when it cannot be read: %s', (contentType, body) => {
    expect(answer(contentType, body)).toEqual(failed);
  });
});

describe('an answer of JSON', () => {
  it.each([
    [{}, {}],
    [{ uniqueName: 'auto-1234' }, { uniqueName: 'auto-1234' }],
    [{ uniqueName: 'é'.repeat(191) }, { uniqueName: 'é'.repeat(191) }],
    [{ uniqueName: '', mode: '', ttl: '', dateExpiry: '', participantProxyIdentifier: '' }, {}],
    [{ uniqueName: null, mode: null, ttl: null, dateExpiry: null, participantProxyIdentifier: null }, {}],
    [{ ttl: 3600 }, { ttl: 3600 }],
    [{ ttl: '3600' }, { ttl: 3600 }],
    [{ ttl: 0 }, { ttl: 0 }],
    [{ mode: 'Voice-Only' }, { mode: 'voice-only' }],
    [{ dateExpiry: '2030-01-02T03:04:05Z' }, { dateExpiry: '2030-01-02T03:04:05.000Z' }],
    [{ participantProxyIdentifier: '+15005550011' }, { participantProxyIdentifier: '+15005550011' }],
    [{ unknown: { nested: true } }, {}],
  ])('makes a session of %j', (fields, wished) => {
    expect(json({ participantIdentifier: '+15005550002', ...fields })).toEqual({
      kind: 'auto-create',
      wish: { ...wish, ...wished },
    });
  });

  it.each(['application/json; charset=utf-8', 'Application/JSON;charset=UTF-16LE'])(
    'is read as %s',
    (type) => {
      const text = '{"participantIdentifier":"+15005550002"}';
      const body = Buffer.from(text, type.endsWith('LE') ? 'utf16le' : 'utf8');
      expect(answer(type, body)).toEqual({ kind: 'auto-create', wish });
    },
  );

  it.each([
    [{}],
    [{ participantIdentifier: '' }],
    [{ participantIdentifier: null }],
    [{ participantIdentifier: 15005550002 }],
    [{ participantIdentifier: '+'.repeat(192) }],
    [{ participantIdentifier: '+1500555\u0000' }],
    [{ participantIdentifier: '+15005550002', participantProxyIdentifier: '+'.repeat(256) }],
    [{ participantIdentifier: '+15005550002', uniqueName: 'x'.repeat(192) }],
    [{ participantIdentifier: '+15005550002', uniqueName: `KC${'0'.repeat(32)}` }],
    [{ participantIdentifier: '+15005550002', uniqueName: '\ud800' }],
    [{ participantIdentifier: '+15005550002', uniqueName: 7 }],
    [{ participantIdentifier: '+15005550002', ttl: -1 }],
    [{ participantIdentifier: '+15005550002', ttl: 1.5 }],
    [{ participantIdentifier: '+15005550002', ttl: 2_147_483_648 }],
    [{ participantIdentifier: '+15005550002', ttl: true }],
    [{ participantIdentifier: '+15005550002', mode: 'fax' }],
    [{ participantIdentifier: '+15005550002', dateExpiry: 'soon' }],
    [['+15005550002']],
    ['+15005550002'],
    [null],
    [7],
  ])('has failed with %j', (value) => {
    expect(json(value)).toEqual(failed);
  });

  it('has failed when it is no JSON, and says nothing of it', () => {
    const outcome = answer('application/json', '{"participantIdentifier":"+1500555');
    expect(outcome).toEqual(failed);
    expect(JSON.stringify(outcome)).not.toContain('1500555');
  });
});

describe('an answer of something else', () => {
  it.each([
    ['text/xml', ''],
    ['application/json', ' \r\n'],
    ['text/html', ''],
    [null, ''],
  ])('has no effect when it is empty: %s', (contentType, body) => {
    expect(answer(contentType, body)).toEqual({ kind: 'nothing' });
    expect(answer(contentType, body, 204)).toEqual({ kind: 'nothing' });
  });

  it.each([
    ['text/html', '<html></html>'],
    ['text/plain', 'ok'],
    ['application/xmlish', '<Response/>'],
    [null, '<Response/>'],
  ])('has failed: %s', (contentType, body) => {
    expect(answer(contentType, body)).toEqual(failed);
  });

  it.each([199, 302, 400, 403, 500])('has failed with status %d, whatever it says', (status) => {
    expect(answer('text/xml', '<Response/>', status)).toEqual(failed);
    expect(answer(null, '', status)).toEqual(failed);
  });
});
