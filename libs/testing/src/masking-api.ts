import type { Answer, Call } from './call.js';

type Form = Readonly<Record<string, string>>;
type Ask = (method: string, path: string, options?: Call) => Promise<Answer>;

/** A service over HTTP with what specs of masking do to it. What is answered is theirs to judge. */
export class MaskingApi {
  private constructor(
    private readonly ask: Ask,
    readonly sid: string,
  ) {}

  static async open(ask: Ask, form: Form = {}): Promise<MaskingApi> {
    const body = { UniqueName: `masking-${Math.random()}`, ...form };
    const { body: service } = await ask('POST', '/v1/Services', { body });
    return new MaskingApi(ask, String(service?.['sid']));
  }

  get path(): string {
    return `/v1/Services/${this.sid}`;
  }

  pool(phoneNumber: string, form: Form = {}, headers: Form = {}): Promise<Answer> {
    return this.post('PhoneNumbers', { PhoneNumber: phoneNumber, ...form }, headers);
  }

  session(form: Form | string = {}, headers: Form = {}): Promise<Answer> {
    return this.post('Sessions', form, headers);
  }

  /** A new session with one participant each; answers the last participant's answer. */
  async talk(identifier: string, form: Form = {}): Promise<Answer> {
    return this.join(await this.sessionSid(), identifier, form);
  }

  async sessionSid(form: Form | string = {}): Promise<string> {
    return sidOf(await this.session(form));
  }

  join(session: string, identifier: string, form: Form = {}, headers: Form = {}): Promise<Answer> {
    return this.post(`Sessions/${session}/Participants`, { Identifier: identifier, ...form }, headers);
  }

  post(path: string, body: Form | string = {}, headers: Form = {}): Promise<Answer> {
    return this.ask('POST', `${this.path}/${path}`, { body, headers });
  }

  get(path: string): Promise<Answer> {
    return this.ask('GET', `${this.path}/${path}`);
  }

  delete(path: string): Promise<Answer> {
    return this.ask('DELETE', `${this.path}/${path}`);
  }

  /** By number: how many active sessions use it, as REST shows it. */
  async inUse(): Promise<Record<string, number>> {
    const { body } = await this.get('PhoneNumbers?PageSize=1000');
    const numbers = body?.['phone_numbers'] as { phone_number: string; in_use: number }[];
    return Object.fromEntries(numbers.map((number) => [number.phone_number, number.in_use]));
  }
}

/** The SID of what an answer shows; fails when it shows none. */
export function sidOf(answer: Answer): string {
  const sid = answer.body?.['sid'];
  if (typeof sid !== 'string') throw new Error(`no resource but ${answer.status} ${answer.text}`);
  return sid;
}
