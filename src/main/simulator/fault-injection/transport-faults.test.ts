import { expect, it } from 'vitest';
import type { JsonObject } from '../json.ts';
import { TransportFaults } from './transport-faults.ts';

function armed(kind: string, at: JsonObject, options: JsonObject = {}): TransportFaults {
  const faults = new TransportFaults();
  expect(faults.arm({ kind, at, options })).toBe(true);
  return faults;
}

it('happens once by default, after the occasions that are skipped', () => {
  const faults = armed('drop', { service: 'x', bytes: 5 }, { skip: 1 });
  expect(faults.forConnection('x')).toEqual([]);
  expect(faults.forConnection('y')).toEqual([]);
  expect(faults.forConnection('x')).toMatchObject([{ kind: 'drop', how: 'close', bytes: 5, direction: 'sent' }]);
  expect(faults.forConnection('x')).toEqual([]);
  expect(faults.armedCount).toBe(0);
});

it('gives several faults of one connection in the order of their places', () => {
  const faults = armed('drop', { service: 'x', bytes: 90 });
  faults.arm({ kind: 'stall', at: { service: 'x', bytes: 10 }, options: { ms: 5 } });
  expect(faults.forConnection('x').map((fault) => fault.kind)).toEqual(['stall', 'drop']);
});

it('matches lockdown errors by what the fault names', () => {
  const faults = armed(
    'lockdown-error',
    { request: 'StartService', service: 'com.apple.afc' },
    { error: 'ServiceLimit', times: 2 },
  );
  expect(faults.lockdownError({ request: 'GetValue' })).toBeNull();
  expect(faults.lockdownError({ request: 'StartService', service: 'other' })).toBeNull();
  expect(faults.lockdownError({ request: 'StartService', service: 'com.apple.afc' })).toBe('ServiceLimit');
  expect(faults.lockdownError({ request: 'StartService', service: 'com.apple.afc' })).toBe('ServiceLimit');
  expect(faults.lockdownError({ request: 'StartService', service: 'com.apple.afc' })).toBeNull();
});

it('leaves to others what is not about the wire, and says what is wrong with the rest', () => {
  const faults = new TransportFaults();
  const arm = (kind: string, at: JsonObject, options: JsonObject = {}): boolean => faults.arm({ kind, at, options });
  expect(arm('drop', { message: 3 })).toBe(false);
  expect(arm('drop', { service: 'x', message: 3 })).toBe(false);
  expect(arm('something-else', {})).toBe(false);
  expect(() => arm('drop', { service: 'x', bytes: -1 })).toThrow();
  expect(() => arm('stall', { service: 'x' }, { forever: true })).toThrow('forever');
  expect(() => arm('tls-refused', {})).toThrow('service');
  expect(faults.armedCount).toBe(0);
});
