import { useEffect, useRef } from 'react';
import type { JobView } from '../../../shared/contract/procedures/index.ts';
import { useEngine, useQuery } from '../../api/engine.tsx';
import { type TextKey, t } from '../../text/index.ts';
import { useToast } from '../Toasts.tsx';

const REVEAL = {
  darwin: 'export.revealFinder',
  win32: 'export.revealExplorer',
  linux: 'export.revealFiles',
} as const satisfies Record<string, TextKey>;

/** News when an export is over, once, with a way to what it made where there is one. */
export function useExportToast(job: JobView | null, what: string): void {
  const toast = useToast();
  const client = useEngine();
  const info = useQuery('system.info', {}).data;
  const told = useRef<string | null>(null);
  useEffect(() => {
    if (job === null || job.state !== 'done' || told.current === job.id) return;
    if (job.result?.kind !== 'export-items') return;
    told.current = job.id;
    const { exported } = job.result;
    const folder = exported.folder.split(/[\\/]/).findLast((part) => part !== '') ?? exported.folder;
    const { failed } = exported;
    const saved = t('export.saved', { what, folder });
    toast({
      text: failed.length === 0 ? saved : `${saved} ${t('export.failedSome', { count: failed.length })}`,
      ...(info?.canReveal === true
        ? {
            action: {
              label: t(REVEAL[info.platform]),
              onPress: () => {
                client.call('system.reveal', { place: exported.place }).catch(() => undefined);
              },
            },
          }
        : {}),
    });
  }, [job, what, toast, client, info]);
}
