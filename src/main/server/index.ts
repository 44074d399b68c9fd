/** The browser's face: the same engine, over HTTP and a WebSocket of this computer. */
export { namesOf } from './access/names.ts';
export { readBuiltPages } from './http/built-pages.ts';
export { type RunningServer, type ServerOptions, startServer } from './start-server.ts';
export { type Certificate, ownCertificate, readCertificate } from './tls/certificate.ts';
