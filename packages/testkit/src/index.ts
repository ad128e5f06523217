// The TLS client of live tests is the one that people probe with.
export { handshake, offer } from '@shortfuse/probe';
export * from './conformance.js';
export * from './contract.js';
export * from './corpus.js';
export * from './live.js';
export * from './patch.js';
export * from './servers/certificate.js';
export * from './servers/clock.js';
export * from './servers/haproxy.js';
export * from './servers/httpd.js';
export * from './servers/nginx.js';
export * from './servers/process.js';
export * from './servers/staging.js';
