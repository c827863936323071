import { describe, expect, it } from '@jest/globals';
import { createMessageInteractionForm } from './message-interaction-form.js';

const picture = 'https://media.example.test/a.png';

describe('createMessageInteractionForm', () => {
  it.each([
    [{ Body: ' hello ' }, { body: ' hello ', mediaUrls: null }],
    [
      { Body: '😀'.repeat(1600), MediaUrl: [] },
      { body: '😀'.repeat(1600), mediaUrls: null },
    ],
    [{ MediaUrl: [picture] }, { body: null, mediaUrls: [picture] }],
    [
      { Body: '', MediaUrl: ['', picture] },
      { body: null, mediaUrls: [picture] },
    ],
    [
      { Body: 'look', MediaUrl: Array(10).fill(picture) },
      { body: 'look', mediaUrls: Array(10).fill(picture) },
    ],
  ])('reads %.60j', (form, wish) => {
    expect(createMessageInteractionForm.parse(form)).toEqual(wish);
  });

  it.each([
    [{}, ['Body'], 'Body or MediaUrl is required.'],
    [{ Body: '', MediaUrl: [''] }, ['Body'], 'Body or MediaUrl is required.'],
    [{ Body: 'x'.repeat(1601) }, ['Body'], 'It is longer than 1600 characters.'],
    [{ Body: 'x', MediaUrl: Array(11).fill(picture) }, ['MediaUrl'], 'There are more than 10.'],
    [{ MediaUrl: ['ftp://media.example.test'] }, ['MediaUrl'], 'It must be an absolute http or https URL.'],
    [{ MediaUrl: [picture, '/b.png'] }, ['MediaUrl'], 'It must be an absolute http or https URL.'],
    [{ MediaUrl: [`${picture}${'x'.repeat(4000)}`] }, ['MediaUrl'], 'It is longer than 4000 characters.'],
  ])('refuses %.60j', (form, path, message) => {
    expect(createMessageInteractionForm.safeParse(form).error?.issues).toMatchObject([{ path, message }]);
  });
});
