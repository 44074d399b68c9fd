import { EventEmitter } from 'node:events';

/** Imported into a child before its own code: gives it the `process.parentPort` of a utility process. */
const port = new EventEmitter();
// As in a utility process, what comes before anybody listens waits.
const early: unknown[] = [];
process.on('message', (data) => {
  if (port.listenerCount('message') > 0) port.emit('message', { data, ports: [] });
  else early.push(data);
});
port.on('newListener', (event) => {
  if (event !== 'message') return;
  queueMicrotask(() => {
    for (const data of early.splice(0)) port.emit('message', { data, ports: [] });
  });
});
const send = process.send?.bind(process);
Object.defineProperty(process, 'parentPort', {
  value: Object.assign(port, { postMessage: (message: unknown) => void send?.(message) }),
});
// A utility process has no channel of Node's.
process.on('disconnect', () => process.exit(0));
Object.defineProperty(process, 'send', { value: undefined });
