import { Logger } from '@nestjs/common';
import { LONGEST_CALL, type CallEnd, type CallLine, type CallEnding, type Waiting } from './call-line.js';
import type { SimulatedNumbers } from './numbers.js';
import type { NewCall, StoredCall } from './stored-calls.js';
import { TwimlError } from './twiml-document.js';
import { readVoiceTwiml, type Dial, type VoiceVerb } from './voice-twiml.js';
import { dialResult, inboundCall } from './webhook-parameters.js';
import type { WebhookParameters, WebhookSender } from './webhook-sender.js';

/** Documents that one call may be led through. */
const MAX_DOCUMENTS = 10;
const WEBHOOK_FAILED = 11200;
const INVALID_CALLER_ID = 13214;
/** Seconds that it takes to say or play something, whatever it is. */
const SPEECH = 1;

export interface Surroundings {
  readonly onAnswer: () => Promise<void>;
  /** Calls somebody on behalf of this call, and waits for the end of that. */
  readonly dial: (call: Omit<NewCall, 'sid'>, waiting: Waiting) => Promise<CallEnd>;
}

interface Request {
  readonly url: string;
  readonly params: WebhookParameters;
}

/** What comes after a verb: the next verb, another document, or the end of the call. */
type Step = 'on' | { readonly request: Request } | { readonly ending: CallEnding };

/** One call that came in for a number of the account, led by what the number's webhook answers. */
export class TwimlRun {
  private readonly logger = new Logger('Simulator');
  #call: StoredCall;
  /** Simulated seconds until it was answered, and since. */
  #rang = 0;
  #talked = 0;
  #isAnswered = false;
  /** How the last Dial ended: so does a call that came to nothing else. */
  #dialled: string | null = null;

  constructor(
    ringing: StoredCall,
    private readonly line: CallLine,
    private readonly numbers: SimulatedNumbers,
    private readonly webhooks: WebhookSender,
    private readonly around: Surroundings,
  ) {
    this.#call = ringing;
  }

  /** To the end of the call. */
  async conduct(url: string): Promise<CallEnd> {
    const ending = await this.#follow({ url, params: inboundCall(this.#call) });
    const duration = this.#isAnswered ? this.#talked : null;
    const call = await this.line.end(this.#call, { ...ending, duration });
    return { call, rang: this.#rang, talked: this.#talked };
  }

  async #follow(first: Request): Promise<CallEnding> {
    let request = first;
    for (let documents = 0; documents < MAX_DOCUMENTS; documents++) {
      const key = `${this.#call.sid}-${documents}`;
      const xml = await this.webhooks.send({ accountSid: this.#call.account_sid, ...request, key });
      if (xml === null) return this.#breakOff(WEBHOOK_FAILED);
      try {
        const step = await this.#obeyAll(readVoiceTwiml(xml, request.url));
        if ('ending' in step) return step.ending;
        request = step.request;
      } catch (error) {
        if (!(error instanceof TwimlError)) throw error;
        this.logger.warn(`the answer to a call cannot be obeyed (${error.code}): ${error.message}`);
        return this.#breakOff(error.code);
      }
    }
    return this.#breakOff(WEBHOOK_FAILED);
  }

  async #obeyAll(verbs: readonly VoiceVerb[]): Promise<Exclude<Step, 'on'>> {
    for (const verb of verbs) {
      const step = await this.#obey(verb);
      if (step !== 'on') return step;
    }
    // A call that nobody wanted is not answered at the end of the document, any other one is.
    if (this.#dialled !== null && !this.#isAnswered) return { ending: { status: this.#dialled } };
    return this.#hangUp();
  }

  async #obey(verb: VoiceVerb): Promise<Step> {
    switch (verb.verb) {
      case 'Say':
      case 'Play':
      case 'Pause':
        await this.#answer();
        await this.line.pass(SPEECH);
        this.#talked += SPEECH;
        return 'on';
      case 'Dial':
        return this.#dial(verb);
      case 'Redirect':
        return { request: { url: verb.url, params: inboundCall(this.#call) } };
      case 'Reject':
        if (this.#isAnswered) return this.#hangUp();
        return { ending: { status: verb.reason === 'busy' ? 'busy' : 'no-answer' } };
      case 'Hangup':
        return this.#hangUp();
    }
  }

  async #dial(dial: Dial): Promise<Step> {
    if (!dial.answerOnBridge) await this.#answer();
    const dialled = await this.#connect(dial);
    this.#dialled = dialled?.status ?? 'failed';
    if (dial.action === null) return 'on';
    return { request: { url: dial.action, params: dialResult(this.#call, dialled) } };
  }

  /** The call to the other side, once it is over; null when it may not be made. */
  async #connect(dial: Dial): Promise<StoredCall | null> {
    const { account_sid, sid, from_number } = this.#call;
    const callerId = dial.callerId ?? from_number;
    if (!(await this.#mayShow(callerId))) {
      this.logger.warn(
        `a Dial was not made (${INVALID_CALLER_ID}): its callerId is not a number of the account`,
      );
      return null;
    }
    const wasAnswered = this.#isAnswered;
    const { call, rang, talked } = await this.around.dial(
      {
        account_sid,
        parent_sid: sid,
        from_number: callerId,
        to_number: dial.number,
        status_callback: dial.statusCallback,
        reported: dial.statusCallback === null ? [] : dial.statusCallbackEvents,
      },
      { ringFor: dial.timeout, onAnswer: () => this.#answer() },
    );
    if (wasAnswered) this.#talked += rang + talked;
    else {
      this.#rang += rang;
      this.#talked += talked;
    }
    return call;
  }

  /** The two numbers of the call itself may be shown, and any of the account's. */
  async #mayShow(callerId: string): Promise<boolean> {
    const { account_sid, from_number, to_number } = this.#call;
    if (callerId === from_number || callerId === to_number) return true;
    return (await this.numbers.own(account_sid, callerId)) !== null;
  }

  async #answer(): Promise<void> {
    if (this.#isAnswered) return;
    this.#isAnswered = true;
    this.#call = await this.line.move(this.#call, 'in-progress', LONGEST_CALL);
    await this.around.onAnswer();
  }

  async #hangUp(): Promise<{ ending: CallEnding }> {
    await this.#answer();
    return { ending: { status: 'completed' } };
  }

  /** What was answered is completed, also when an error ends it. */
  #breakOff(errorCode: number): CallEnding {
    return { status: this.#isAnswered ? 'completed' : 'failed', errorCode };
  }
}
