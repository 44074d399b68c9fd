import { describe, expect, it } from 'vitest';
import { ExportNames } from './safe-names.ts';

describe('names of an export', () => {
  it('are split into plain components', () => {
    expect(new ExportNames().split('Manifest.db')).toEqual(['Manifest.db']);
    expect(new ExportNames().split('extra/empty folder/')).toEqual(['extra', 'empty folder']);
    expect(new ExportNames().split('00008130-001C2D3E4F506172')).toEqual(['00008130-001C2D3E4F506172']);
  });

  it.each([
    '../x',
    'a/../../x',
    '/etc/passwd',
    'a//b',
    'C:\\x',
    'C:',
    'a\0b',
    'a\\b',
    'CON',
    'aux.txt',
    'dot.',
    'space ',
    '',
    '.',
    'x'.repeat(300),
  ])('refuse %j', (name) => {
    expect(() => new ExportNames().split(name)).toThrow(expect.objectContaining({ code: 'export/unsafe-name' }));
  });

  it('refuse two names that are one where case does not count', () => {
    const names = new ExportNames();
    names.split('Status.plist');
    names.split('Status.plist');
    expect(() => names.split('STATUS.PLIST')).toThrow(expect.objectContaining({ code: 'export/unsafe-name' }));
  });
});
