export * from './page.js';
export * from './session/present-session.js';
export * from './tables.js';
