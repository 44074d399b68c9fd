import { type ReactNode, useState } from 'react';
import type { JobView, PhoneView } from '../../../shared/contract/procedures/index.ts';
import { useAction } from '../../api/engine.tsx';
import { useNavigation } from '../../app/navigation.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { TextField } from '../../components/Fields.tsx';
import type { MenuEntry } from '../../components/Menu.tsx';
import { Confirm } from '../../components/Sheet.tsx';
import { useSheets } from '../../components/sheets/sheets-context.ts';
import { useToast } from '../../components/Toasts.tsx';
import { t } from '../../text/index.ts';
import { type Situation, situationOf } from './situation.ts';

export interface PhoneActions {
  readonly label: string;
  /** Something needs doing: the button is filled. */
  readonly isUrgent: boolean;
  readonly press: () => void;
  readonly menu: readonly (MenuEntry | null)[];
  readonly sheets: ReactNode;
}

/** What can be done with a phone: the one thing its situation asks for, and the menu. */
export function usePhoneActions(phone: PhoneView, job: JobView | null): PhoneActions {
  const { go } = useNavigation();
  const sheets = useSheets();
  const toast = useToast();
  const changeDemo = useAction('phones.changeDemo');
  const stopDemo = useAction('phones.stopDemo');
  const [open, setOpen] = useState<'rename' | 'forget' | null>(null);
  const { udid, newest } = phone;
  const situation = situationOf(phone, job);
  const backUp = (): void => sheets?.backUp(phone);
  const press: Readonly<Record<Situation['does'], () => void>> = {
    backUp,
    connect: () => sheets?.connect(udid),
    startDemo: () => sheets?.connect(udid),
    trust: () => sheets?.connect(udid),
    passcode: () => (job === null ? go({ screen: 'activity' }) : go({ screen: 'job', job: job.id })),
    progress: () => (job === null ? go({ screen: 'activity' }) : go({ screen: 'job', job: job.id })),
    encryption: () => sheets?.turnOnEncryption(udid),
    repair: () =>
      go({
        screen: 'verify',
        udid,
        ...(newest === null ? {} : { version: { vault: newest.vault, snapshot: newest.snapshot } }),
      }),
  };
  const entry = (id: string, label: string, onAction: () => void): MenuEntry => ({ id, label, onAction });
  const demo: readonly (MenuEntry | null)[] = phone.isDemo
    ? [
        null,
        entry('change-demo', t('home.menu.changeDemo'), () => {
          void changeDemo.run({}).then((answer) => {
            if (answer !== null) toast({ text: t('home.demoChanged') });
          });
        }),
        entry('stop-demo', t('home.menu.stopDemo'), () => void stopDemo.run({})),
      ]
    : [];
  return {
    label: t(`home.button.${situation.does}`),
    isUrgent: situation.isUrgent,
    press: press[situation.does],
    menu: [
      ...(job === null && phone.isConnected ? [entry('back-up', t('home.button.backUp'), backUp)] : []),
      entry('cleanup', t('home.cleanup'), () => go({ screen: 'cleanup', udid })),
      ...(newest === null
        ? []
        : [entry('browse', t('home.menu.browse'), () => go({ screen: 'browse', udid, kind: 'photos' }))]),
      entry('history', t('home.menu.history'), () => go({ screen: 'history', udid })),
      null,
      phone.encrypted === false
        ? entry('encryption', t('home.menu.encryption'), () => sheets?.turnOnEncryption(udid))
        : entry('password', t('home.menu.password'), () => sheets?.changePassword(udid)),
      entry('rename', t('home.menu.rename'), () => setOpen('rename')),
      entry('forget', t('home.menu.forget'), () => setOpen('forget')),
      ...demo,
    ],
    sheets: (
      <>
        {open === 'rename' ? <Rename phone={phone} onClose={() => setOpen(null)} /> : null}
        {open === 'forget' ? <Forget phone={phone} onClose={() => setOpen(null)} /> : null}
      </>
    ),
  };
}

interface SheetProps {
  readonly phone: PhoneView;
  readonly onClose: () => void;
}

function Rename({ phone, onClose }: SheetProps) {
  const [name, setName] = useState(phone.name);
  const rename = useAction('phones.rename');
  const submit = async (): Promise<void> => {
    const wanted = name.trim();
    if ((await rename.run({ udid: phone.udid, name: wanted === '' ? null : wanted })) !== null) onClose();
  };
  return (
    <Confirm
      isOpen
      title={t('rename.title', { name: phone.name })}
      action={t('rename.action')}
      isRunning={rename.isRunning}
      onConfirm={() => void submit()}
      onClose={onClose}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <TextField
          label={t('rename.field')}
          value={name}
          onChange={setName}
          help={t('rename.text')}
          maxLength={60}
          autoFocus
        />
      </form>
      {rename.error === null ? null : <ErrorNote error={rename.error} />}
    </Confirm>
  );
}

function Forget({ phone, onClose }: SheetProps) {
  const forget = useAction('phones.forget');
  return (
    <Confirm
      isOpen
      isDanger
      title={t('forget.title', { name: phone.name })}
      action={t('forget.action')}
      isRunning={forget.isRunning}
      onConfirm={() => {
        void forget.run({ udid: phone.udid }).then((answer) => {
          if (answer !== null) onClose();
        });
      }}
      onClose={onClose}
    >
      <p>{t('forget.text', { backups: phone.backups })}</p>
      {forget.error === null ? null : <ErrorNote error={forget.error} />}
    </Confirm>
  );
}
