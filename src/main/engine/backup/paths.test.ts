import { describe, expect, it } from 'vitest';
import { isBackstopError } from '../../../shared/errors/index.ts';
import { parseVirtualPath, showName } from './paths.ts';

const UDID = '00008130-0012345678901234';

describe('a path from the phone', () => {
  it('is split into folder and name', () => {
    expect(parseVirtualPath(`${UDID}/Snapshot/14/1477d4`)).toEqual({
      text: `${UDID}/Snapshot/14/1477d4`,
      folder: `${UDID}/Snapshot/14`,
      name: '1477d4',
    });
    expect(parseVirtualPath(UDID)).toEqual({ text: UDID, folder: '', name: UDID });
  });

  it('loses empty and "." components, as every real folder ignores them', () => {
    expect(parseVirtualPath(`${UDID}//./ab/`).text).toBe(`${UDID}/ab`);
    expect(parseVirtualPath('')).toEqual({ text: '', folder: '', name: '' });
    expect(parseVirtualPath('./.').name).toBe('');
  });

  it('may hold any other script, spaces and dots inside', () => {
    expect(parseVirtualPath(`${UDID}/Fotos von Ümit 🎉 .x/ملف`).name).toBe('ملف');
    expect(parseVirtualPath('...x').name).toBe('...x');
    expect(parseVirtualPath('console/COM10/nul1').text).toBe('console/COM10/nul1');
  });

  const refused: ReadonlyArray<readonly [name: string, path: string, problem: RegExp]> = [
    ['an absolute path', '/etc/passwd', /absolute/],
    ['a path that climbs', '../../x', /climbs/],
    ['a path that climbs from inside', `${UDID}/a/../../../x`, /climbs/],
    ['a path that would only normalise', `${UDID}/a/../b`, /climbs/],
    ['a NUL', `${UDID}/a\0b`, /NUL/],
    ['a control character', `${UDID}/a\nb`, /control/],
    ['a C1 control character', `${UDID}/a\u0085b`, /control/],
    ['a backslash', `${UDID}\\..\\x`, /backslash/],
    ['a UNC path', '\\\\server\\share', /backslash/],
    ['a drive letter', 'C:/Windows/x', /drive/],
    ['an alternate data stream', `${UDID}/a:b`, /colon/],
    ['a Windows device', `${UDID}/CON`, /device/],
    ['a Windows device with an extension', `${UDID}/lpt1.txt/a`, /device/],
    ['a trailing dot', `${UDID}/a./b`, /dot or a space/],
    ['a trailing space', `${UDID}/a `, /dot or a space/],
    ['a component of 256 bytes', `${UDID}/${'ä'.repeat(128)}`, /longer than 255/],
    ['a name of 64 KiB', 'a'.repeat(65_536), /longer than 4096/],
    ['4097 bytes in few characters', `${'ä/'.repeat(1366)}`, /longer than 4096/],
    ['65 levels', Array(65).fill('a').join('/'), /64 folders/],
    ['a lone surrogate', `${UDID}/\ud800`, /UTF-8/],
    ['bytes that were no UTF-8', `${UDID}/\ufffd`, /UTF-8/],
  ];
  it.each(refused)('is refused when it is %s', (_name, path, problem) => {
    let error: unknown;
    try {
      parseVirtualPath(path);
    } catch (thrown) {
      error = thrown;
    }
    if (!isBackstopError(error, 'backup/hostile-path')) throw new Error(`not refused: ${String(error)}`);
    expect(error.data['problem']).toMatch(problem);
  });

  it('is accepted at exactly the limits', () => {
    expect(parseVirtualPath('a'.repeat(255)).name).toHaveLength(255);
    expect(parseVirtualPath(Array(64).fill('a').join('/')).name).toBe('a');
  });
});

describe('a foreign name in a message', () => {
  it('is cut and cannot move the cursor or turn text around', () => {
    expect(showName('a\u202eb\0')).toBe('“a\\u{202e}b\\u{0}”');
    expect(showName('x'.repeat(500)).length).toBeLessThan(220);
  });
});
