import { describe, expect, it } from '@jest/globals';
import { isStopWord } from './stop-word.js';

describe('isStopWord', () => {
  it.each([
    ['STOP'],
    ['STOPALL'],
    ['UNSUBSCRIBE'],
    ['CANCEL'],
    ['END'],
    ['QUIT'],
    ['REVOKE'],
    ['OPTOUT'],
    ['ARRET'],
    ['ARRETE'],
    ['ARRETT'],
    ['UNSTOP'],
  ])('finds %s in any case and with white space around', (word) => {
    for (const body of [
      word,
      word.toLowerCase(),
      ` ${word}\r\n`,
      `\u00a0${word[0] ?? ''}${word.slice(1).toLowerCase()}`,
    ]) {
      expect(isStopWord(body)).toBe(true);
    }
  });

  it.each([
    [''],
    ['START'],
    ['YES'],
    ['DEBUT'],
    ['HELP'],
    ['INFO'],
    ['STOP.'],
    ['STOP IT'],
    ['S T O P'],
    ['STOP\nSTOP'],
    ['OPT OUT'],
    ['ARRÊT'],
    // Capitals of other letters that look the same.
    ['quıt'],
    ['ﬆop'],
    ['STOP'.repeat(100_000)],
  ])('lets %.20j pass', (body) => {
    expect(isStopWord(body)).toBe(false);
  });
});
