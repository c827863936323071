import { describe, expect, it } from '@jest/globals';
import twilio from 'twilio';
import { readVoiceTwiml } from './voice-twiml.js';

const url = 'http://127.0.0.1:3000/v1/hooks/call?x=1';
const read = (verbs: string) => readVoiceTwiml(`<Response>${verbs}</Response>`, url);
const dial = {
  verb: 'Dial',
  number: '+12025550102',
  callerId: null,
  timeout: 30,
  answerOnBridge: false,
  action: null,
  statusCallback: null,
  statusCallbackEvents: ['completed'],
};

function refusalOf(xml: string): unknown {
  try {
    return readVoiceTwiml(xml, url);
  } catch (error) {
    return error;
  }
}

describe('readVoiceTwiml', () => {
  it.each([
    ['', []],
    ['<!-- nothing -->', []],
    ['<Say voice="alice">hi <break/> you</Say>', [{ verb: 'Say' }]],
    ['<Play/><Pause length="3"/><Hangup/>', [{ verb: 'Play' }, { verb: 'Pause' }, { verb: 'Hangup' }]],
    ['<Reject/>', [{ verb: 'Reject', reason: 'rejected' }]],
    ['<Reject reason="busy"/>', [{ verb: 'Reject', reason: 'busy' }]],
    [
      '<Redirect> next?a=1&amp;b=2 </Redirect>',
      [{ verb: 'Redirect', url: 'http://127.0.0.1:3000/v1/hooks/next?a=1&b=2' }],
    ],
    ['<Redirect method="POST">/top</Redirect>', [{ verb: 'Redirect', url: 'http://127.0.0.1:3000/top' }]],
    ['<Redirect/>', [{ verb: 'Redirect', url }]],
    ['<Dial>+12025550102</Dial>', [dial]],
    ['<Dial>\n  <Number> +12025550102\n</Number>\n</Dial>', [dial]],
    ['<Dial><Number>+1202<![CDATA[5550102]]></Number></Dial>', [dial]],
    [
      '<Dial timeout="5" answerOnBridge="TRUE">+12025550102</Dial>',
      [{ ...dial, timeout: 5, answerOnBridge: true }],
    ],
    ['<Dial callerId="+14155550100">+12025550102</Dial>', [{ ...dial, callerId: '+14155550100' }]],
    [
      '<Dial action="http://127.0.0.1:3000/?a&amp;b&#x3d;c">+12025550102</Dial>',
      [{ ...dial, action: 'http://127.0.0.1:3000/?a&b=c' }],
    ],
    [
      '<Dial><Number statusCallback="/s" statusCallbackEvent="completed  answered what">+12025550102</Number></Dial>',
      [
        {
          ...dial,
          statusCallback: 'http://127.0.0.1:3000/s',
          statusCallbackEvents: ['answered', 'completed'],
        },
      ],
    ],
  ])('reads %s', (verbs, expected) => {
    expect(read(verbs)).toEqual(expected);
  });

  it("reads what Twilio's own library writes", () => {
    const response = new twilio.twiml.VoiceResponse();
    response.say('a & b < c');
    const call = response.dial({
      callerId: '+14155550100',
      answerOnBridge: true,
      timeout: 20,
      action: '/done?a=1&b="2"',
    });
    call.number({ statusCallback: '/s', statusCallbackEvent: ['initiated', 'answered'] }, '+12025550102');
    expect(readVoiceTwiml(response.toString(), url)).toEqual([
      { verb: 'Say' },
      {
        ...dial,
        callerId: '+14155550100',
        answerOnBridge: true,
        timeout: 20,
        action: 'http://127.0.0.1:3000/done?a=1&b=%222%22',
        statusCallback: 'http://127.0.0.1:3000/s',
        statusCallbackEvents: ['initiated', 'answered'],
      },
    ]);
  });

  it.each([
    ['no document', '', 12100],
    ['text', 'hello', 12100],
    ['JSON', '{"a":1}', 12100],
    ['another root', '<Answer/>', 12100],
    ['two roots', '<Response/><Response/>', 12100],
    ['an open element', '<Response><Say>', 12100],
    ['elements that cross', '<Response><Say><Play></Say></Play></Response>', 12100],
    ['an attribute twice', '<Response><Dial timeout="1" timeout="2">+12025550102</Dial></Response>', 12100],
    ['an unquoted attribute', '<Response><Dial timeout=1>+12025550102</Dial></Response>', 12100],
    ['an unknown entity', '<Response><Say>&eacute;</Say></Response>', 12100],
    ['an entity of its own', '<!DOCTYPE x [<!ENTITY a "b">]><Response><Say>&a;</Say></Response>', 12100],
    [
      'the outside world',
      '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><Response>&a;</Response>',
      12100,
    ],
    ['a control character', '<Response><Say>\u0001</Say></Response>', 12100],
    ['a thousand levels', `${'<Response>'.repeat(1000)}${'</Response>'.repeat(1000)}`, 12100],
    ['an unknown verb', '<Response><Gather/></Response>', 12200],
    ['a verb in small letters', '<Response><dial>+12025550102</dial></Response>', 12200],
    ['a verb called like a property', '<Response><__proto__/></Response>', 12200],
    ['something else in a Dial', '<Response><Dial><Client>bob</Client></Dial></Response>', 12200],
    ['an address that is none', '<Response><Redirect>http://</Redirect></Response>', 12200],
    ['an address of another kind', '<Response><Redirect>file:///etc/passwd</Redirect></Response>', 12200],
    [
      'an address elsewhere',
      '<Response><Redirect>http://169.254.169.254/latest</Redirect></Response>',
      12200,
    ],
    ['an address at another port', '<Response><Redirect>http://127.0.0.1:9200/</Redirect></Response>', 12200],
    ['an action elsewhere', '<Response><Dial action="//a.test/">+12025550102</Dial></Response>', 12200],
    [
      'a callback elsewhere',
      '<Response><Dial><Number statusCallback="https://127.0.0.1:3000/">+12025550102</Number></Dial></Response>',
      12200,
    ],
    ['a timeout of none', '<Response><Dial timeout="0">+12025550102</Dial></Response>', 13212],
    ['a timeout for ever', '<Response><Dial timeout="601">+12025550102</Dial></Response>', 13212],
    ['a timeout that is no number', '<Response><Dial timeout="1e2">+12025550102</Dial></Response>', 13212],
    ['a number that is none', '<Response><Dial>0123</Dial></Response>', 13223],
    ['an empty Dial', '<Response><Dial/></Response>', 13223],
  ])('refuses %s', (_, xml, code) => {
    expect(refusalOf(xml)).toMatchObject({ name: 'TwimlError', code });
  });

  it('repeats nothing of the document in its refusal', () => {
    const xml = '<Response><Dial timeout="secret" callerId="secret">secret</Dial></Response>';
    expect(() => readVoiceTwiml(xml, url)).not.toThrow('secret');
    expect(() => readVoiceTwiml(xml, url)).toThrow('not a phone number');
  });
});
