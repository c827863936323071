import { describe, expect, it } from '@jest/globals';
import { DomainError, type DomainEvent, type Stream } from '#domain';
import { cleanUp, cleanUpNow } from './clean-up.js';
import { DEFAULT_TIME, scenario } from './scenario.js';
import { waitFor } from './wait-for.js';

describe('cleanUp', () => {
  it('undoes the last thing first, and everything even when something fails', async () => {
    const undone: string[] = [];
    cleanUp(() => undone.push('first'));
    cleanUp(() => Promise.reject(new Error('no')));
    cleanUp(() => undone.push('last'));

    await expect(cleanUpNow()).rejects.toMatchObject({ errors: [new Error('no')] });
    expect(undone).toEqual(['last', 'first']);
    await expect(cleanUpNow()).resolves.toBeUndefined();
  });

  const undone: string[] = [];
  it('undoes what a test did', () => {
    cleanUp(() => undone.push('of the test'));
    expect(undone).toEqual([]);
  });

  it('before the next one begins', () => {
    expect(undone).toEqual(['of the test']);
  });
});

describe('waitFor', () => {
  it('answers what the condition answers at last', async () => {
    let asked = 0;
    const found = await waitFor(() => (++asked === 3 ? 'found' : null), { every: 1 });

    expect(found).toBe('found');
  });

  it('gives up in time and says what was wrong last', async () => {
    const never = () => Promise.reject(new Error('not there'));

    await expect(waitFor(never, { within: 20, every: 1 })).rejects.toMatchObject({
      message: 'not so within 20 ms',
      cause: new Error('not there'),
    });
  });
});

describe('scenario', () => {
  interface Light {
    readonly status: 'off' | 'on';
    readonly since: string;
  }
  interface Switched extends DomainEvent {
    readonly type: 'Switched';
    readonly data: { readonly to: Light['status'] };
  }
  const stream: Stream<Light, Switched> = {
    category: 'light',
    prefix: 'KC',
    stateSchema: 1,
    initial: { status: 'off', since: '' },
    deleted: { status: 'off', since: '' },
    evolve: (_, { data }, occurredAt) => ({ status: data.to, since: occurredAt }),
  };
  const switched = (to: Light['status']): Switched => ({ type: 'Switched', data: { to } });
  const turnOn = ({ status }: Light) => {
    if (status === 'on') throw new DomainError('session-closed', 'it burns');
    return [switched('on')];
  };
  const { given } = scenario(stream);

  it('passes when the decision is the expected one', () => {
    given().when(turnOn).then(switched('on'));
    given(switched('on')).when(turnOn).thenRefused('session-closed');
    given(switched('on'))
      .when(() => [])
      .thenNothing();
    given(switched('on'))
      .at('2026-01-02T00:00:00.000Z', switched('off'))
      .thenState({ status: 'off', since: '2026-01-02T00:00:00.000Z' });
    given(switched('on')).thenState({ status: 'on', since: DEFAULT_TIME });
  });

  it('fails when it is another one', () => {
    expect(() => {
      given().when(turnOn).then(switched('off'));
    }).toThrow(/off/);
    expect(() => {
      given().when(turnOn).thenNothing();
    }).toThrow(/Switched/);
    expect(() => {
      given().when(turnOn).thenRefused('session-closed');
    }).toThrow(/DomainError/);
    expect(() => {
      given(switched('on')).when(turnOn).thenRefused('overloaded');
    }).toThrow(/overloaded/);
    expect(() => {
      given(switched('on')).thenState({ status: 'off', since: '' });
    }).toThrow(/off/);
  });
});
