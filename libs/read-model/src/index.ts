export * from './page.js';
export * from './session/present-session.js';
export * from './tables.js';
export * from './inline-projectors.js';
export * from './service/service.projector.js';
export * from './service/service.queries.js';
export * from './session/session.projector.js';
export * from './session/session.queries.js';
