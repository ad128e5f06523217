export * from './audit.js';
export * from './json.js';
export * from './layout.js';
export * from './next-steps.js';
export * from './patch.js';
export * from './problem.js';
export * from './style.js';
export * from './text.js';
