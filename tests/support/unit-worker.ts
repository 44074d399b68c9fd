import { afterAll } from 'vitest';

/** Unit tests share a worker. What one of them leaves behind would change the next, in an order that nobody chose. */
const NAMES = ['BACKSTOP_TIMEOUT_SCALE', 'BACKSTOP_HOME', 'BACKSTOP_PASSWORD', 'USBMUXD_SOCKET_ADDRESS', 'TZ', 'LANG'];
const before = NAMES.map((name) => process.env[name]);

afterAll(() => {
  const changed = NAMES.filter((name, index) => process.env[name] !== before[index]);
  if (changed.length > 0) {
    throw new Error(`${changed.join(', ')} was changed for the tests after this one: list the file under "waits".`);
  }
});
