import { describe, expect, it } from '@jest/globals';
import twilio from 'twilio';
import { readMessageTwiml } from './message-twiml.js';

const url = 'http://127.0.0.1:3000/v1/hooks/message';
const read = (verbs: string) => readMessageTwiml(`<Response>${verbs}</Response>`, url);
const reply = { verb: 'Message', to: null, from: null, body: '', media: [], statusCallback: null };

function refusalOf(xml: string): unknown {
  try {
    return readMessageTwiml(xml, url);
  } catch (error) {
    return error;
  }
}

describe('readMessageTwiml', () => {
  it.each([
    ['', []],
    ['<Message> hi </Message>', [{ ...reply, body: 'hi' }]],
    [
      '<Message><Body>a &amp; b</Body><Media>/1.png</Media><Media>https://a.test/2.png</Media></Message>',
      [{ ...reply, body: 'a & b', media: ['http://127.0.0.1:3000/1.png', 'https://a.test/2.png'] }],
    ],
    [
      '<Message to="+12025550102" from="12345" statusCallback="/s">x</Message>',
      [{ ...reply, to: '+12025550102', from: '12345', body: 'x', statusCallback: 'http://127.0.0.1:3000/s' }],
    ],
    [
      '<Message>a</Message><Redirect>/next</Redirect>',
      [
        { ...reply, body: 'a' },
        { verb: 'Redirect', url: 'http://127.0.0.1:3000/next' },
      ],
    ],
  ])('reads %s', (verbs, expected) => {
    expect(read(verbs)).toEqual(expected);
  });

  it('takes an answer without a body for one without verbs', () => {
    expect(readMessageTwiml(' \n', url)).toEqual([]);
  });

  it("reads what Twilio's own library writes", () => {
    const response = new twilio.twiml.MessagingResponse();
    response.message({ to: '+12025550102' }, 'a & b <c> "d" 😀');
    expect(readMessageTwiml(response.toString(), url)).toEqual([
      { ...reply, to: '+12025550102', body: 'a & b <c> "d" 😀' },
    ]);
  });

  it.each([
    ['what is no XML', 'thanks', 12100],
    ['a verb for calls', '<Response><Dial>+12025550102</Dial></Response>', 12200],
    ['a receiver that is none', '<Response><Message to="bob">x</Message></Response>', 12200],
    ['an address elsewhere', '<Response><Redirect>http://169.254.169.254/</Redirect></Response>', 12200],
    [
      'a callback elsewhere',
      '<Response><Message statusCallback="http://a.test/">x</Message></Response>',
      12200,
    ],
    ['media without an address', '<Response><Message><Media>http://</Media></Message></Response>', 12200],
  ])('refuses %s', (_, xml, code) => {
    expect(refusalOf(xml)).toMatchObject({ name: 'TwimlError', code });
  });
});
