import { describe, expect, it } from '@jest/globals';
import {
  createServiceForm,
  refuseOwnUrls,
  refuseUnreachableUrls,
  updateServiceForm,
} from './service-form.js';

const defaults = {
  uniqueName: 'rides',
  defaultTtl: 0,
  callbackUrl: null,
  interceptCallbackUrl: null,
  outOfSessionCallbackUrl: null,
  geoMatchLevel: 'country',
  numberSelectionBehavior: 'prefer-sticky',
  chatInstanceSid: null,
};
const issueWith = (parameter: string) => expect.objectContaining({ path: [parameter] }) as unknown;

describe('createServiceForm', () => {
  it.each([
    [{}, {}],
    [{ DefaultTtl: '3600' }, { defaultTtl: 3600 }],
    [{ DefaultTtl: '2147483647' }, { defaultTtl: 2147483647 }],
    [{ DefaultTtl: '' }, {}],
    [{ CallbackUrl: 'https://a.test/x?y=1#z' }, { callbackUrl: 'https://a.test/x?y=1#z' }],
    [{ CallbackUrl: 'HTTP://A.test' }, { callbackUrl: 'HTTP://A.test' }],
    [
      { CallbackUrl: `https://a.test/${'x'.repeat(3985)}` },
      { callbackUrl: `https://a.test/${'x'.repeat(3985)}` },
    ],
    [{ CallbackUrl: '' }, {}],
    [{ GeoMatchLevel: 'Extended-Area-Code' }, { geoMatchLevel: 'extended-area-code' }],
    [{ GeoMatchLevel: '' }, {}],
    [{ NumberSelectionBehavior: 'avoid-sticky' }, { numberSelectionBehavior: 'avoid-sticky' }],
    [{ ChatInstanceSid: `IS${'A'.repeat(32)}` }, { chatInstanceSid: `IS${'a'.repeat(32)}` }],
    [{ UniqueName: '😀'.repeat(191) }, { uniqueName: '😀'.repeat(191) }],
    [{ UniqueName: `KC${'0'.repeat(32)}` }, { uniqueName: `KC${'0'.repeat(32)}` }],
    [{ uniqueName: 'ignored', Whatever: 'ignored' }, {}],
  ])('reads %j', (form, wish) => {
    expect(createServiceForm.parse({ UniqueName: 'rides', ...form })).toEqual({ ...defaults, ...wish });
  });

  it.each([
    ['UniqueName', ''],
    ['UniqueName', undefined],
    ['UniqueName', '😀'.repeat(192)],
    ['UniqueName', 'x'.repeat(100_000)],
    ['UniqueName', `KS${'0'.repeat(32)}`],
    ['UniqueName', `KS${'F'.repeat(32)}`],
    ['DefaultTtl', '-1'],
    ['DefaultTtl', '+1'],
    ['DefaultTtl', '1.0'],
    ['DefaultTtl', '1e3'],
    ['DefaultTtl', '0x10'],
    ['DefaultTtl', ' 1'],
    ['DefaultTtl', '２'],
    ['DefaultTtl', '2147483648'],
    ['DefaultTtl', '9'.repeat(400)],
    ['CallbackUrl', 'a.test'],
    ['CallbackUrl', '/path'],
    ['CallbackUrl', 'ftp://a.test'],
    ['CallbackUrl', 'javascript:alert(1)'],
    ['CallbackUrl', 'https:a.test'],
    ['CallbackUrl', 'https:///a.test'],
    ['CallbackUrl', 'https://'],
    ['CallbackUrl', 'https://a.test/x y'],
    ['CallbackUrl', 'https://a.test/\nx'],
    ['CallbackUrl', 'https://a.test:99999/'],
    ['InterceptCallbackUrl', `https://a.test/${'x'.repeat(3986)}`],
    ['OutOfSessionCallbackUrl', 'no'],
    ['GeoMatchLevel', 'planet'],
    ['NumberSelectionBehavior', 'sticky'],
    ['ChatInstanceSid', 'IS123'],
    ['ChatInstanceSid', `KS${'0'.repeat(32)}`],
  ])('refuses %s=%j and names it', (parameter, value) => {
    const result = createServiceForm.safeParse({ UniqueName: 'rides', [parameter]: value });
    expect(result.error?.issues).toEqual([issueWith(parameter)]);
  });

  it('does not repeat the value in the reason', () => {
    const result = createServiceForm.safeParse({ UniqueName: 'rides', CallbackUrl: 'secret-value' });
    expect(JSON.stringify(result.error?.issues)).not.toContain('secret-value');
  });
});

describe('updateServiceForm', () => {
  it.each([
    [{}, {}],
    [{ UniqueName: '' }, {}],
    [
      { UniqueName: 'rides-eu', DefaultTtl: '0' },
      { uniqueName: 'rides-eu', defaultTtl: 0 },
    ],
    [{ DefaultTtl: '', GeoMatchLevel: '', NumberSelectionBehavior: '' }, {}],
    [
      { CallbackUrl: '', InterceptCallbackUrl: '', OutOfSessionCallbackUrl: '', ChatInstanceSid: '' },
      { callbackUrl: null, interceptCallbackUrl: null, outOfSessionCallbackUrl: null, chatInstanceSid: null },
    ],
  ])('reads %j', (form, wish) => {
    expect(updateServiceForm.parse(form)).toStrictEqual(wish);
  });
});

describe('refuseOwnUrls', () => {
  it('refuses a callback that points to this API, however it is written', () => {
    expect(() => {
      refuseOwnUrls({ interceptCallbackUrl: 'HTTPS://PROXY.test:443/v1' }, 'https://proxy.test');
    }).toThrow("'InterceptCallbackUrl' is invalid. It points to this API.");
  });

  it('lets every other callback pass', () => {
    expect(() => {
      refuseOwnUrls(
        { callbackUrl: 'https://proxy.test:444/', interceptCallbackUrl: null },
        'https://proxy.test',
      );
    }).not.toThrow();
  });
});

describe('refuseUnreachableUrls', () => {
  const wish = {
    callbackUrl: 'https://a.test/',
    interceptCallbackUrl: null,
    outOfSessionCallbackUrl: 'https://b.test/',
  };

  it('refuses a callback that may not be called, by the name of its parameter', () => {
    expect(() => {
      refuseUnreachableUrls(wish, (url) => url !== 'https://b.test/');
    }).toThrow("'OutOfSessionCallbackUrl' is invalid. It points to an address that is not called from here.");
  });

  it('lets the others pass, and asks about none that is not there', () => {
    const asked: string[] = [];
    refuseUnreachableUrls(wish, (url) => asked.push(url) > 0);
    expect(asked).toEqual(['https://a.test/', 'https://b.test/']);
  });
});
