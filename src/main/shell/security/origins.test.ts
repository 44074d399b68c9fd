import { describe, expect, it } from 'vitest';
import { isOwnMedia, isOwnPage } from './origins.ts';

describe('our own addresses', () => {
  it.each(['app://backstop/', 'app://backstop/index.html', 'app://backstop/#/home', 'app://backstop/assets/x.js?y'])(
    '%s is a page of ours',
    (address) => expect(isOwnPage(address)).toBe(true),
  );
  it.each([
    'app://backstop.example/',
    'app://backstop:8080/',
    'app://someone@backstop/',
    'app://backstop@example.com/',
    'app:/backstop/',
    'app://other/',
    'apps://backstop/',
    'https://backstop/',
    'file:///app/index.html',
    'about:blank',
    'data:text/html,app://backstop/',
    'javascript:alert(1)',
    '',
    'backstop-media://media/x',
  ])('%s is none', (address) => expect(isOwnPage(address)).toBe(false));
  it('media have a scheme of their own', () => {
    expect(isOwnMedia('backstop-media://media/abc')).toBe(true);
    expect(isOwnMedia('backstop-media://other/abc')).toBe(false);
    expect(isOwnMedia('app://backstop/abc')).toBe(false);
  });
});
