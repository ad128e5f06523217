export * from './includes.js';
export * from './paths.js';
export * from './project.js';
