import { useState } from 'react';
import type { PhoneView } from '../../../../shared/contract/procedures/index.ts';
import type { Check, NextStep } from '../../../../shared/rules/guidance/index.ts';
import { useNavigation, type Version } from '../../../app/navigation.tsx';
import { Button } from '../../../components/Button.tsx';
import { useSheets } from '../../../components/sheets/sheets-context.ts';
import { type TextKey, t } from '../../../text/index.ts';
import { CloudItemsSheet } from './CloudItemsSheet.tsx';
import { NamesSheet } from './NamesSheet.tsx';

type Led = Exclude<NextStep, 'run' | 'charge-phone' | 'add-second-copy'>;

const WORDS: Readonly<Record<Led, TextKey>> = {
  'connect-phone': 'cleanup.next.connectPhone',
  'connect-disk': 'cleanup.next.connectDisk',
  'choose-disk': 'cleanup.next.chooseDisk',
  'free-space': 'cleanup.next.freeSpace',
  'turn-on-encryption': 'cleanup.next.encryption',
  'test-password': 'cleanup.next.password',
  verify: 'cleanup.next.verify',
  repair: 'cleanup.next.repair',
  'show-items': 'cleanup.next.items',
  'show-apps': 'cleanup.next.apps',
  'copy-icloud-drive': 'cleanup.next.icloudDrive',
};

/** Can a button lead to what a check asks for? The rest is said in its sentence. */
export const isLed = (next: NextStep | null): next is Led => next !== null && Object.hasOwn(WORDS, next);

/** Leads to whatever puts one check right. */
export function NextAction({
  check,
  phone,
  version,
  look = 'link',
  onDone,
}: {
  readonly check: Check;
  readonly phone: PhoneView;
  /** The version that the checks looked at. */
  readonly version: Version | null;
  readonly look?: 'link' | 'plain' | 'filled';
  /** Something may have changed: look again. */
  readonly onDone: () => void;
}) {
  const { go } = useNavigation();
  const sheets = useSheets();
  const [open, setOpen] = useState<'items' | 'apps' | null>(null);
  const { next } = check;
  if (!isLed(next)) return null;
  const { udid } = phone;
  const names = check.evidence['apps'];
  const press: Readonly<Record<Led, (() => void) | null>> = {
    'connect-phone': sheets === null ? null : () => sheets.connect(udid),
    'connect-disk': () => go({ screen: 'destinations' }),
    'choose-disk': () => go({ screen: 'destinations' }),
    'free-space': () => go({ screen: 'destinations' }),
    'turn-on-encryption': sheets === null ? null : () => sheets.turnOnEncryption(udid),
    'test-password': sheets === null ? null : () => sheets.enterPassword(udid, onDone),
    verify: () => go({ screen: 'verify', udid, ...(version === null ? {} : { version }) }),
    repair: () => go({ screen: 'verify', udid, ...(version === null ? {} : { version }) }),
    'show-items': version === null ? null : () => setOpen('items'),
    'show-apps': Array.isArray(names) && names.length > 0 ? () => setOpen('apps') : null,
    'copy-icloud-drive': () => go({ screen: 'guide', page: 'icloud-drive' }),
  };
  const act = press[next];
  if (act === null) return null;
  return (
    <>
      <Button look={look} onPress={act}>
        {t(WORDS[next])}
      </Button>
      {open === 'items' && version !== null ? (
        <CloudItemsSheet version={version} udid={udid} onClose={() => setOpen(null)} />
      ) : null}
      {open === 'apps' && Array.isArray(names) ? (
        <NamesSheet
          title={t('cleanup.appsWithout.title')}
          text={t('cleanup.appsWithout.text')}
          names={names}
          onClose={() => setOpen(null)}
        />
      ) : null}
    </>
  );
}
