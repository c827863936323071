import twilio from 'twilio';
import { call, type Service } from '#testing';

export interface PhoneMessage {
  readonly sid: string;
  readonly direction: 'inbound' | 'outbound';
  readonly from: string;
  readonly to: string;
  readonly body: string;
  readonly media: readonly string[];
  readonly status: string;
}

export interface PhoneCall {
  readonly direction: 'inbound' | 'outbound';
  readonly from: string;
  readonly to: string;
  readonly status: string;
  readonly duration: number | null;
}

export type Masked = ReturnType<typeof masked>;
export type Phone = ReturnType<Masked['phone']>;

let others = 2000;

/** A phone number that nobody else has; Twilio keeps these for tests. */
export function freshNumber(): string {
  return `+1500555${others++}`;
}

/** Maskline as those see it who use it: the account through Twilio's SDK, people through their simulated phones. */
export function masked({ url, accountSid, authToken }: Pick<Service, 'url' | 'accountSid' | 'authToken'>) {
  const login = { username: accountSid, password: authToken };
  const client = twilio(accountSid, authToken);
  client.proxy.baseUrl = url;
  const proxy = client.proxy.v1;

  async function use(method: 'GET' | 'POST', path: string, wish?: object): Promise<unknown> {
    const answer = await call(url, method, `/simulator/${path}`, {
      login,
      headers: { 'Content-Type': 'application/json' },
      ...(wish && { body: JSON.stringify(wish) }),
    });
    if (answer.status >= 300) throw new Error(`the phone was answered ${answer.status}: ${answer.text}`);
    return answer.body;
  }

  function phone(number = freshNumber()) {
    // What the simulator's own spec says that it shows.
    const messages = async () => (await use('GET', `phones/${number}/messages`)) as PhoneMessage[];
    const calls = async () => (await use('GET', `phones/${number}/calls`)) as PhoneCall[];
    return {
      number,
      messages,
      calls,
      /** What it got, the oldest first. */
      inbox: async () => (await messages()).filter(({ direction }) => direction === 'inbound').reverse(),
      text: async (to: string, body: string, media: readonly string[] = []) =>
        (await use('POST', 'messages', { from: number, to, body, media })) as PhoneMessage,
      call: (to: string, manners: { answer?: boolean; seconds?: number } = {}) =>
        use('POST', 'calls', { from: number, to, seconds: 1, ...manners }),
    };
  }

  return {
    proxy,
    phone,

    async service(
      wish: Partial<Parameters<typeof proxy.services.create>[0]> = {},
      numbers: number | readonly string[] = 1,
    ) {
      const { sid } = await proxy.services.create({ uniqueName: `service-${freshNumber()}`, ...wish });
      const rest = proxy.services(sid);
      const pool = typeof numbers === 'number' ? Array.from({ length: numbers }, freshNumber) : numbers;
      for (const phoneNumber of pool) await rest.phoneNumbers.create({ phoneNumber });
      return {
        sid,
        rest,
        pool,
        number: pool[0] ?? '',
        /** A session of these people, and the number by which each of them reaches the other. */
        async session(
          people: readonly { readonly number: string }[],
          more: Parameters<typeof rest.sessions.create>[0] = {},
        ) {
          const participants = people.map(({ number }) => ({ Identifier: number }));
          const session = await rest.sessions.create({ participants, ...more });
          const of = rest.sessions(session.sid);
          const known = await of.participants.list();
          return {
            sid: session.sid,
            rest: of,
            ways: people.map(({ number }) => {
              const found = known.find(({ identifier }) => identifier === number);
              if (found === undefined) throw new Error('a participant is missing');
              return found.proxyIdentifier;
            }),
          };
        },
      };
    },
  };
}
