export * from './includes.js';
export * from './paths.js';
export * from './project.js';
export * from './write.js';
