import { describe, expect, it } from '@jest/globals';
import { foldedTables, ownTable, tablesBelow } from './folded-table.js';

describe('the tables that are made of the log', () => {
  const categories = new Set(foldedTables.map(({ category }) => category));

  it('hold one row of a session, and below it its participants and interactions', () => {
    expect(ownTable('session')?.name).toBe('session');
    expect(tablesBelow('session').map(({ name }) => name)).toEqual(['participant', 'interaction']);
  });

  it.each([...categories])('include one of a %s itself, and only one', (category) => {
    const below = tablesBelow(category);
    const others = foldedTables.filter((table) => table.category === category && !below.includes(table));
    expect(others).toEqual([ownTable(category)]);
  });

  it('hold nothing of a kind that has no row', () => {
    expect(ownTable('no-such-kind')).toBeNull();
    expect(tablesBelow('no-such-kind')).toEqual([]);
  });
});
