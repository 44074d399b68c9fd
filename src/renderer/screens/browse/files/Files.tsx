import { ChevronRight, File, Folder, HardDrive, Link2 } from 'lucide-react';
import { Fragment, useEffect, useState } from 'react';
import type { BrowseFilter, FileEntry } from '../../../../shared/contract/procedures/index.ts';
import { Button } from '../../../components/Button.tsx';
import { bytesText, numberText, whenText } from '../../../text/formats.ts';
import { t } from '../../../text/index.ts';
import { kindCount } from '../../../text/kinds.ts';
import { filterOf, useFrame } from '../browse-context.ts';
import { kindTitle } from '../KindsColumn.tsx';
import { ListFrame } from '../ListFrame.tsx';
import lists from '../lists/Lists.module.css';
import { VirtualRows } from '../lists/VirtualRows.tsx';
import { type Sort, SortChoice } from '../SortChoice.tsx';
import { useItems } from '../use-items.ts';
import { domainName } from './domains.ts';
import styles from './Files.module.css';

const SIGN = { size: 16, strokeWidth: 1.6, 'aria-hidden': true } as const;

const idOf = (entry: FileEntry): string => `${entry.domain}/${entry.path}`;

/** All files as they lie on the phone: domains, folders, files. */
export function Files() {
  const frame = useFrame();
  const { version, gone, turn, group, text } = frame;
  const [folder, setFolder] = useState('');
  const isSearch = text !== '' || gone;
  // Domains have no dates.
  const isTop = group === null && !isSearch;
  const [sort, setSort] = useState<Sort>('name');
  const filter: BrowseFilter = filterOf(frame, {
    ...(group === null || isSearch ? {} : { folder }),
    ...(sort === 'name' ? {} : { sort }),
  });
  const items = useItems({ version, kind: 'files', filter, gone });
  const total = items.total ?? 0;
  const [chosen, setChosen] = useState<FileEntry | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another domain begins at its top.
  useEffect(() => {
    setFolder('');
    setChosen(null);
  }, [group]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a password that was given asks again.
  useEffect(() => {
    if (turn > 0) items.list.retry();
  }, [turn]);
  const open = (entry: FileEntry): void => {
    if (entry.kind === 'domain') frame.chooseGroup(entry.domain);
    else if (entry.kind === 'folder') {
      setFolder(entry.path);
      setChosen(null);
    }
  };
  const save = (): void => {
    if (chosen === null) frame.save(filter, null, kindCount('files', total));
    else if (chosen.kind === 'domain') frame.save({ group: chosen.domain }, null, domainName(chosen.domain));
    else if (chosen.kind === 'folder') {
      frame.save({ group: chosen.domain, folder: chosen.path }, null, chosen.name);
    } else frame.save({}, [idOf(chosen)], chosen.name);
  };
  return (
    <>
      <div className={styles['bar']}>
        <Path
          group={group}
          folder={isSearch ? '' : folder}
          onTop={() => frame.chooseGroup(null)}
          onFolder={setFolder}
        />
        <SortChoice
          choices={isTop ? ['name', 'largest'] : ['name', 'largest', 'newest', 'oldest']}
          value={isTop && sort !== 'largest' ? 'name' : sort}
          onChange={setSort}
        />
        <Button isDisabled={total === 0 || (group === null && chosen === null && !isSearch)} onPress={save}>
          {t('browse.save')}
        </Button>
      </div>
      <ListFrame
        total={items.total === 0 && !isSearch && group !== null ? 1 : items.total}
        isPresent={items.isPresent}
        unreadable={items.unreadable}
        error={items.error}
        onRetry={() => items.list.retry()}
      >
        <div className={styles['head']} aria-hidden>
          <span>{t('browse.column.name')}</span>
          <span className={`${lists['num']} ${isTop ? '' : styles['spare']}`}>{t('browse.column.files')}</span>
          <span className={lists['num']}>{t('browse.column.size')}</span>
          {isTop ? null : <span className={`${lists['when']} ${styles['when']}`}>{t('browse.column.modified')}</span>}
        </div>
        {items.total === 0 ? (
          <p className={styles['empty']}>{t('browse.emptyFolder')}</p>
        ) : (
          <VirtualRows
            list={items.list}
            total={total}
            turn={items.turn}
            label={kindTitle('files')}
            rowHeight={32}
            selected={chosen === null ? null : idOf(chosen)}
            idOf={idOf}
            onChoose={setChosen}
            onOpen={open}
          >
            {(entry) => (
              <>
                <span className={lists['sign']}>
                  <EntrySign entry={entry} />
                </span>
                <span className={`${lists['main']} ${styles['name']}`}>
                  <span {...(entry.kind === 'domain' ? { title: entry.domain } : {})}>
                    {entry.kind === 'domain'
                      ? domainName(entry.domain)
                      : isSearch
                        ? `${entry.domain}/${entry.path}`
                        : entry.name}
                  </span>
                  {entry.target === null ? null : <small>{t('browse.symlink', { target: entry.target })}</small>}
                </span>
                {entry.kind === 'domain' || entry.kind === 'folder' ? (
                  <ChevronRight size={14} className={styles['in']} aria-hidden />
                ) : null}
                <span className={`${lists['num']} ${isTop ? '' : styles['spare']}`}>
                  {entry.files === null ? '' : numberText(entry.files)}
                </span>
                <span className={lists['num']}>{entry.bytes === null ? '' : bytesText(entry.bytes)}</span>
                {isTop ? null : (
                  <span className={`${lists['when']} ${styles['when']}`}>
                    {entry.modifiedAt === null ? '' : whenText(entry.modifiedAt)}
                  </span>
                )}
              </>
            )}
          </VirtualRows>
        )}
      </ListFrame>
    </>
  );
}

function EntrySign({ entry }: { readonly entry: FileEntry }) {
  if (entry.kind === 'domain') return <HardDrive {...SIGN} />;
  if (entry.kind === 'folder') return <Folder {...SIGN} />;
  if (entry.kind === 'symlink') return <Link2 {...SIGN} />;
  return <File {...SIGN} />;
}

/** Where one is, each step a way back. */
function Path({
  group,
  folder,
  onTop,
  onFolder,
}: {
  readonly group: string | null;
  readonly folder: string;
  readonly onTop: () => void;
  readonly onFolder: (folder: string) => void;
}) {
  const parts = folder === '' ? [] : folder.split('/');
  return (
    <nav className={styles['path']} aria-label={t('browse.path')}>
      <Button look="quiet" onPress={onTop} isDisabled={group === null}>
        {t('browse.topLevel')}
      </Button>
      {group === null ? null : (
        <>
          <ChevronRight size={13} aria-hidden />
          <Button look="quiet" onPress={() => onFolder('')} isDisabled={parts.length === 0}>
            {domainName(group)}
          </Button>
        </>
      )}
      {parts.map((part, index) => {
        const path = parts.slice(0, index + 1).join('/');
        return (
          <Fragment key={path}>
            <ChevronRight size={13} aria-hidden />
            <Button look="quiet" onPress={() => onFolder(path)} isDisabled={index === parts.length - 1}>
              {part}
            </Button>
          </Fragment>
        );
      })}
    </nav>
  );
}
