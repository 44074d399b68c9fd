import { expect, it } from 'vitest';
import { domainName } from './domains.ts';

it('names domains in words, and keeps what it does not know', () => {
  expect(domainName('CameraRollDomain')).toBe('Camera Roll');
  expect(domainName('AppDomain-org.northwind.recipes')).toBe('App org.northwind.recipes');
  expect(domainName('AppDomainGroup-group.com.apple.notes')).toBe('App group group.com.apple.notes');
  expect(domainName('QuantumDomain')).toBe('QuantumDomain');
  expect(domainName('constructor')).toBe('constructor');
});
