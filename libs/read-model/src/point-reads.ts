/** How reads by key go together: as many in a statement, statements under way, readers waiting, and for so many milliseconds. */
export const pointReads = { maxBatch: 128, maxInFlight: 2, maxWaiting: 4096, patience: 10_000 };
