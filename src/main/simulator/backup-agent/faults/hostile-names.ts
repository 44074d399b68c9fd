/**
 * Paths that no healthy phone sends, by what is wrong with them. `{udid}` stands for the phone's own folder. A host has
 * to refuse each, and nothing may appear outside of its backup folder.
 */
export const HOSTILE_NAMES = {
  parent: '../../backstop-escape',
  'inner-parent': '{udid}/../../backstop-escape',
  dot: '{udid}/.',
  absolute: '/tmp/backstop-escape',
  nul: '{udid}/a\0b',
  control: '{udid}/a\u0007\nb',
  backslash: '{udid}\\..\\..\\backstop-escape',
  drive: 'C:/backstop-escape',
  stream: '{udid}/a:b',
  reserved: '{udid}/CON',
  'trailing-dot': '{udid}/name.',
  'not-utf8': Buffer.from('7b756469647d2fc3', 'hex'),
  'other-udid': '00000000-0000000000000000/Status.plist',
  'info-plist': '{udid}/Info.plist',
  'upper-case': '{udid}/STATUS.PLIST',
  root: '{udid}',
  'everything-above': '.',
  long: `{udid}/${'n'.repeat(300)}`,
  'too-long': `{udid}/${'n'.repeat(5000)}`,
  huge: `{udid}/${'n'.repeat(65_536)}`,
  deep: `{udid}/${'d/'.repeat(200)}x`,
} as const satisfies Readonly<Record<string, string | Buffer>>;

export type HostileName = keyof typeof HOSTILE_NAMES;

/** The name with the phone's UDID in it, as bytes: not all of them are text. */
export function hostileBytes(name: string | Buffer, udid: string): Buffer {
  if (typeof name === 'string') return Buffer.from(name.replaceAll('{udid}', udid));
  const [before, after] = splitAt(name, '{udid}');
  return after === null ? name : Buffer.concat([before, Buffer.from(udid), after]);
}

function splitAt(bytes: Buffer, mark: string): readonly [Buffer, Buffer | null] {
  const at = bytes.indexOf(mark);
  return at < 0 ? [bytes, null] : [bytes.subarray(0, at), bytes.subarray(at + mark.length)];
}
