export * from './audit.js';
export * from './json.js';
export * from './problem.js';
export * from './style.js';
export * from './text.js';
