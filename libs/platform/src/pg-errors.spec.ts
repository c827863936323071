import { describe, expect, it } from '@jest/globals';
import { isPassing, sqlState } from './pg-errors.js';

describe('sqlState', () => {
  it('is PostgreSQL’s word, not an errno of the network', () => {
    const refused = Object.assign(new Error('as the server says'), { severity: 'ERROR', code: '40001' });
    expect(sqlState(refused)).toBe('40001');
    expect(sqlState(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }))).toBeNull();
  });
});

describe('isPassing', () => {
  it('tells the moment from the question', () => {
    expect(['40P01', '57P01', '53100', '53300'].map(isPassing)).toEqual([true, true, true, true]);
    expect(['23505', '42P01', '53400'].map(isPassing)).toEqual([false, false, false]);
  });
});
