/** Few, so that all writers meet; with two partitions they lie in both. */
export const accounts: [string, ...string[]] = [
  'AC00000000000000000000000000000001',
  'AC00000000000000000000000000000002',
  'AC00000000000000000000000000000003',
];
