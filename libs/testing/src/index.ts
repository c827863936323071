export * from './clean-up.js';
export * from './describe-schema.js';
export * from './move-clock.js';
export * from './queue-backends.js';
export * from './scenario.js';
export * from './start-service.js';
export * from './test-database.js';
export * from './wait-for.js';
