import { describe, expect, it } from '@jest/globals';
import twilio from 'twilio';
import { dialTwiml, emptyTwiml, rejectTwiml, type Dial } from './twiml.js';

const { MessagingResponse, VoiceResponse } = twilio.twiml;

const dial: Dial = {
  callerId: '+15005550011',
  number: '+15005550002',
  timeoutSeconds: 30,
  actionUrl: 'https://proxy.test/Webhooks/DialComplete?interaction=KI1&attempt=2',
  statusCallbackUrl: 'https://proxy.test/Webhooks/CallStatus?interaction=KI1&attempt=2',
};

describe('emptyTwiml', () => {
  it('is what Twilio itself writes', () => {
    expect(emptyTwiml()).toBe(new MessagingResponse().toString());
  });
});

describe('rejectTwiml', () => {
  it('is what Twilio itself writes', () => {
    const response = new VoiceResponse();
    response.reject();
    expect(rejectTwiml()).toBe(response.toString());
  });
});

describe('dialTwiml', () => {
  it('is what Twilio itself writes', () => {
    const response = new VoiceResponse();
    response
      .dial({ callerId: dial.callerId, answerOnBridge: true, timeout: 30, action: dial.actionUrl })
      .number(
        {
          statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
          statusCallback: dial.statusCallbackUrl,
        },
        dial.number,
      );
    expect(dialTwiml(dial)).toBe(response.toString());
  });

  it('lets nothing out of the place where it was put', () => {
    const hostile = `"/></Dial><Reject/>'&amp;\n\t\r\u0000\u001b\uffff\ud800]]>`;
    const escaped = '&quot;/&gt;&lt;/Dial&gt;&lt;Reject/&gt;&apos;&amp;amp;&#10;&#9;&#13;]]&gt;';
    expect(
      dialTwiml({
        ...dial,
        callerId: hostile,
        number: hostile,
        actionUrl: hostile,
        statusCallbackUrl: hostile,
      }),
    ).toBe(`<?xml version="1.0" encoding="UTF-8"?><Response>\
<Dial callerId="${escaped}" answerOnBridge="true" timeout="30" action="${escaped}">\
<Number statusCallbackEvent="initiated ringing answered completed" statusCallback="${escaped}">${escaped}</Number>\
</Dial></Response>`);
  });
});
