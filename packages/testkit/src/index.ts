export * from './conformance.js';
export * from './contract.js';
export * from './live.js';
export * from './servers/certificate.js';
export * from './servers/nginx.js';
export * from './servers/process.js';
export * from './session-der.js';
export * from './tls-client.js';
