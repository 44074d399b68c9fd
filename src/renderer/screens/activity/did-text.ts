import { errorFrom } from '../../../shared/contract/carrier/index.ts';
import type { ActivityEntry } from '../../../shared/contract/procedures/index.ts';
import { describeForWindow } from '../../../shared/errors/index.ts';
import type { MarkKind } from '../../components/Mark.tsx';
import { en } from '../../text/en/index.ts';
import { bytesText } from '../../text/formats.ts';
import { type TextKey, t } from '../../text/index.ts';

/** What happened, in words: a code that is not known here is shown as it is. */
export function didText({ what, facts }: ActivityEntry): string {
  const key = `did.${what}`;
  if (!isKey(key)) return what.replaceAll('-', ' ');
  const number = (name: string): number | null => {
    const value = facts[name];
    return typeof value === 'number' && Number.isFinite(value) ? value : null;
  };
  const size = number('newBytes') ?? number('freedBytes') ?? number('bytes');
  const code = facts['code'];
  return t(key, {
    size: size === null || size < 0 ? 'none' : bytesText(size),
    files: number('files') ?? 0,
    count: number('count') ?? 0,
    cause:
      typeof code === 'string'
        ? `${describeForWindow(errorFrom({ code, data: {}, olderSnapshotsSafe: true })).title}.`
        : '',
  }).trim();
}

const MARKS: Readonly<Record<string, MarkKind>> = {
  verified: 'ok',
  'backup-done': 'pass',
  'backup-failed': 'bad',
  'verify-failed': 'bad',
  'damage-found': 'bad',
  'export-failed': 'bad',
  'loss-found': 'warn',
  'certificate-issued': 'ok',
  'certificate-refused': 'warn',
  'certificate-lapsed': 'warn',
  'cleanup-without': 'warn',
  'backup-cancelled': 'idle',
};

/** Green only for what was read back. */
export function didMark({ what }: ActivityEntry): MarkKind {
  return MARKS[what] ?? 'todo';
}

function isKey(key: string): key is TextKey {
  return Object.hasOwn(en, key);
}
