import { HardDrive, Laptop, Server } from 'lucide-react';
import { useState } from 'react';
import type { VaultView } from '../../../shared/contract/procedures/index.ts';
import { useAction } from '../../api/engine.tsx';
import { useNavigation } from '../../app/navigation.tsx';
import { Button } from '../../components/Button.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { TextField } from '../../components/Fields.tsx';
import { FolderPicker } from '../../components/folders/FolderPicker.tsx';
import { Mark, type MarkKind } from '../../components/Mark.tsx';
import { Menu, type MenuEntry } from '../../components/Menu.tsx';
import { Card, Facts, Tag } from '../../components/Parts.tsx';
import { Confirm, Sheet } from '../../components/Sheet.tsx';
import { bytesText, whenInSentence, whenText } from '../../text/formats.ts';
import { currentLocale, t } from '../../text/index.ts';
import styles from './DestinationCard.module.css';

type Asked = 'rename' | 'remove' | 'move' | 'apply' | null;
type Target = { readonly token: string; readonly name: string };

export function DestinationCard({ vault, isAlone }: { readonly vault: VaultView; readonly isAlone: boolean }) {
  const { go } = useNavigation();
  const [asked, setAsked] = useState<Asked>(null);
  const [target, setTarget] = useState<Target | null>(null);
  const makeMain = useAction('vaults.makeMain');
  const check = useAction('vaults.check');
  const rebuild = useAction('vaults.rebuild');
  const scrub = useAction('vaults.scrub');
  const remove = useAction('vaults.remove');
  const move = useAction('vaults.move');
  const apply = useAction('retention.apply');
  const errors = [makeMain, check, rebuild, scrub, remove, move, apply].flatMap(({ error }) => error ?? []);
  const watch = (answer: { readonly job: string } | null): void => {
    if (answer !== null) go({ screen: 'job', job: answer.job });
  };
  const close = (): void => {
    setAsked(null);
    setTarget(null);
  };
  const entries: (MenuEntry | null)[] = [
    ...(vault.isMain || isAlone
      ? []
      : [{ id: 'main', label: t('dest.makeMain'), onAction: () => void makeMain.run({ vault: vault.id }) }]),
    { id: 'rename', label: t('dest.rename'), onAction: () => setAsked('rename') },
    ...(vault.isOnline
      ? [
          null,
          {
            id: 'check',
            label: t('dest.check'),
            onAction: () => void check.run({ vault: vault.id }).then(watch),
          },
          {
            id: 'scrub',
            label: t('dest.scrub'),
            onAction: () => void scrub.run({ vault: vault.id, everything: true }).then(watch),
          },
          {
            id: 'rebuild',
            label: t('dest.rebuild'),
            onAction: () => void rebuild.run({ vault: vault.id }).then(watch),
          },
          { id: 'apply', label: t('dest.applyRules'), onAction: () => setAsked('apply') },
          { id: 'move', label: t('dest.move'), onAction: () => setAsked('move') },
        ]
      : []),
    null,
    { id: 'remove', label: t('dest.remove'), isDanger: true, onAction: () => setAsked('remove') },
  ];
  return (
    <Card className={styles['card']}>
      <Head vault={vault} isAlone={isAlone} entries={entries} />
      <Space vault={vault} />
      <Facts
        items={[
          {
            name: t('dest.factHolds'),
            value: t('dest.holds', { backups: vault.backups, phones: vault.phones }),
          },
          ...(vault.lastVerifiedAt === null
            ? []
            : [{ name: t('dest.factVerified'), value: whenText(vault.lastVerifiedAt) }]),
          ...(vault.coverage === null
            ? []
            : [
                {
                  name: t('dest.factRead'),
                  value: t('dest.coverage', { share: percent(vault.coverage) }),
                },
              ]),
        ]}
      />
      <ul className={styles['states']}>
        {statesOf(vault).map(({ mark, text }) => (
          <li key={text}>
            <Mark kind={mark} size={14} label={null} />
            {text}
          </li>
        ))}
      </ul>
      {errors.map((error) => (
        <ErrorNote key={error.code} error={error} />
      ))}
      <RenameSheet isOpen={asked === 'rename'} vault={vault} onClose={close} />
      <Confirm
        isOpen={asked === 'remove'}
        isDanger
        title={t('dest.removeTitle', { name: vault.name })}
        action={t('dest.removeAction')}
        isRunning={remove.isRunning}
        onConfirm={() => void remove.run({ vault: vault.id }).then(close)}
        onClose={close}
      >
        <p>{t('dest.removeText')}</p>
      </Confirm>
      <Confirm
        isOpen={asked === 'apply'}
        title={t('dest.applyTitle', { name: vault.name })}
        action={t('dest.applyAction')}
        isRunning={apply.isRunning}
        onConfirm={() => {
          close();
          void apply.run({ vault: vault.id }).then(watch);
        }}
        onClose={close}
      >
        <p>{t('dest.applyText')}</p>
      </Confirm>
      <FolderPicker
        isOpen={asked === 'move' && target === null}
        purpose="vault"
        onClose={close}
        onPick={(place) => setTarget(place)}
      />
      <Confirm
        isOpen={target !== null}
        title={t('dest.moveTitle', { name: vault.name, place: target?.name ?? '' })}
        action={t('dest.moveAction')}
        isRunning={move.isRunning}
        onConfirm={() => {
          if (target === null) return;
          close();
          void move.run({ vault: vault.id, place: target.token }).then(watch);
        }}
        onClose={close}
      >
        <p>{t('dest.moveText', { size: vault.bytes === null ? '…' : bytesText(vault.bytes) })}</p>
      </Confirm>
    </Card>
  );
}

function Head({
  vault,
  isAlone,
  entries,
}: {
  readonly vault: VaultView;
  readonly isAlone: boolean;
  readonly entries: readonly (MenuEntry | null)[];
}) {
  const attachment = vault.destination?.attachment ?? 'unknown';
  const Icon = attachment === 'internal' ? Laptop : attachment === 'network' ? Server : HardDrive;
  const kind = (
    {
      internal: 'dest.kindInternal',
      removable: 'dest.kindRemovable',
      network: 'dest.kindNetwork',
      memory: 'dest.kindMemory',
      unknown: 'dest.kindUnknown',
    } as const
  )[attachment];
  const fileSystem = vault.destination?.fileSystem;
  return (
    <div className={styles['head']}>
      <Icon size={26} strokeWidth={1.3} aria-hidden />
      <div>
        <h2>
          {vault.name}
          {vault.isMain && !isAlone ? <Tag kind="accent">{t('dest.main')}</Tag> : null}
          {vault.isCopy ? <Tag>{t('dest.copy')}</Tag> : null}
          {vault.isReadOnly ? <Tag kind="warn">{t('dest.readOnly')}</Tag> : null}
        </h2>
        <p>
          {[t(kind), fileSystem == null ? null : fileSystem.toUpperCase()].filter((one) => one !== null).join(', ')}
          <span className="selectable"> · {vault.path}</span>
        </p>
      </div>
      <Menu label={t('dest.more', { name: vault.name })} entries={entries} />
    </div>
  );
}

/** What backups take, what other things take, and what is free. */
function Space({ vault }: { readonly vault: VaultView }) {
  const { destination, bytes } = vault;
  if (destination === null || destination.totalBytes === 0) return null;
  const { freeBytes, totalBytes } = destination;
  const own = Math.min(bytes ?? 0, totalBytes - freeBytes);
  const other = Math.max(0, totalBytes - freeBytes - own);
  const share = (part: number): string => `${(part / totalBytes) * 100}%`;
  const words = { backups: bytesText(own), other: bytesText(other), free: bytesText(freeBytes) };
  return (
    <div>
      <div className={styles['bar']} role="img" aria-label={t('dest.bar', words)}>
        <i className={styles['own']} style={{ width: share(own) }} />
        <i className={styles['other']} style={{ width: share(other) }} />
      </div>
      <div className={styles['legend']} aria-hidden>
        <span>
          <i className={styles['own']} />
          {t('dest.legendBackups')} {bytes === null ? '…' : words.backups}
        </span>
        <span>
          <i className={styles['other']} />
          {t('dest.legendOther')} {words.other}
        </span>
        <span>
          <i className={styles['free']} />
          {t('dest.free', { free: words.free, total: bytesText(totalBytes) })}
        </span>
      </div>
    </div>
  );
}

interface State {
  readonly mark: MarkKind;
  readonly text: string;
}

function statesOf(vault: VaultView): readonly State[] {
  if (!vault.isOnline) {
    return [
      {
        mark: 'warn',
        text:
          vault.lastSeenAt === null
            ? t('dest.offline')
            : t('dest.offlineSince', { when: whenInSentence(vault.lastSeenAt) }),
      },
    ];
  }
  const states: State[] = [];
  if (vault.damagedBackups > 0) states.push({ mark: 'bad', text: t('dest.damaged', { count: vault.damagedBackups }) });
  states.push(
    vault.readErrors > 0
      ? { mark: 'bad', text: t('dest.errors', { count: vault.readErrors }) }
      : { mark: 'pass', text: t('dest.noErrors') },
  );
  if (vault.roomForBackups !== null && vault.roomForBackups < 3) {
    states.push({ mark: 'warn', text: t('dest.roomBackups', { count: vault.roomForBackups }) });
  } else if (vault.roomForMonths !== null && vault.roomForMonths >= 1) {
    states.push({ mark: 'pass', text: t('dest.room', { months: Math.floor(vault.roomForMonths) }) });
  }
  if (vault.destination?.encryptedAtRest === 'yes') states.push({ mark: 'pass', text: t('dest.encrypted') });
  if (vault.destination?.encryptedAtRest === 'no') states.push({ mark: 'todo', text: t('dest.notEncrypted') });
  if (vault.destination?.fileSystem?.toLowerCase() === 'exfat') states.push({ mark: 'warn', text: t('dest.exfat') });
  return states;
}

function RenameSheet({
  isOpen,
  vault,
  onClose,
}: {
  readonly isOpen: boolean;
  readonly vault: VaultView;
  readonly onClose: () => void;
}) {
  const [name, setName] = useState(vault.name);
  const rename = useAction('vaults.rename');
  const save = async (): Promise<void> => {
    if ((await rename.run({ vault: vault.id, name: name.trim() })) !== null) onClose();
  };
  return (
    <Sheet
      isOpen={isOpen}
      onClose={onClose}
      title={t('dest.renameTitle')}
      width="narrow"
      footer={
        <>
          <Button onPress={onClose}>{t('common.cancel')}</Button>
          <Button
            look="filled"
            isDisabled={name.trim() === ''}
            isPending={rename.isRunning}
            onPress={() => void save()}
          >
            {t('dest.save')}
          </Button>
        </>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <TextField label={t('dest.name')} value={name} onChange={setName} maxLength={60} autoFocus />
        {rename.error === null ? null : <ErrorNote error={rename.error} />}
      </form>
    </Sheet>
  );
}

/** Never rounded up to all of it. */
function percent(share: number): string {
  return new Intl.NumberFormat(currentLocale(), { style: 'percent' }).format(Math.floor(share * 100) / 100);
}
