export * from './adapter.js';
export * from './duration.js';
export * from './edit.js';
export * from './glob.js';
export * from './listener.js';
export * from './problem.js';
export * from './run.js';
export * from './source.js';
