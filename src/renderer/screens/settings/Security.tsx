import { useState } from 'react';
import type { PhoneView } from '../../../shared/contract/procedures/index.ts';
import { useAction, useQuery } from '../../api/engine.tsx';
import { Button } from '../../components/Button.tsx';
import { ErrorNote } from '../../components/ErrorNote.tsx';
import { Select, Switch } from '../../components/Fields.tsx';
import { Menu, type MenuEntry } from '../../components/Menu.tsx';
import { Confirm } from '../../components/Sheet.tsx';
import { useSheets } from '../../components/sheets/sheets-context.ts';
import { useToast } from '../../components/Toasts.tsx';
import { whenInSentence } from '../../text/formats.ts';
import { t } from '../../text/index.ts';
import { Group, Line, Row } from './Group.tsx';
import type { SectionProps } from './Settings.tsx';

const MINUTES = [1, 5, 15, 30, 60] as const;

export function Security({ values, info, set }: SectionProps) {
  const phones = useQuery('phones.list', {}, ['phones', 'backups', 'settings']).data?.phones ?? [];
  const lock = useQuery('lock.state', {}, ['lock', 'settings']).data;
  const lockNow = useAction('lock.lock');
  const minutes = MINUTES.some((one) => one === values.autoLockMinutes)
    ? [...MINUTES]
    : [...MINUTES, values.autoLockMinutes].sort((a, b) => a - b);
  return (
    <>
      <Group>
        <Row>
          <Switch
            label={t('settings.lock')}
            help={t(lock?.systemUnlock === 'touch-id' ? 'settings.lockHelpTouchId' : 'settings.lockHelp')}
            isSelected={values.lockBrowsing}
            onChange={(lockBrowsing) => void set({ lockBrowsing })}
          />
        </Row>
        {values.lockBrowsing ? (
          <Row>
            <Select
              label={t('settings.autoLock')}
              value={String(values.autoLockMinutes)}
              choices={minutes.map((one) => ({ id: String(one), label: t('settings.minutes', { minutes: one }) }))}
              onChange={(value) => void set({ autoLockMinutes: Number(value) })}
            />
          </Row>
        ) : null}
        {values.lockBrowsing ? (
          <Row {...(lock?.isLocked === true ? { help: t('settings.locked') } : {})}>
            <Button isDisabled={lock?.isLocked === true} onPress={() => void lockNow.run({})}>
              {t('settings.lockNow')}
            </Button>
          </Row>
        ) : null}
      </Group>
      {lockNow.error === null ? null : <ErrorNote error={lockNow.error} />}
      <Group title={t('settings.passwords')} note={t('settings.passwordsText')}>
        {phones.length === 0 ? <Line title={t('settings.noPhones')} /> : null}
        {phones.map((phone) => (
          <PasswordRow key={phone.udid} phone={phone} keychain={info.keychain} />
        ))}
      </Group>
    </>
  );
}

function PasswordRow({
  phone,
  keychain,
}: {
  readonly phone: PhoneView;
  readonly keychain: SectionProps['info']['keychain'];
}) {
  const sheets = useSheets();
  const toast = useToast();
  const test = useAction('passwords.test');
  const forget = useAction('passwords.forget');
  const [isForgetting, setForgetting] = useState(false);
  const { udid, name, encrypted, password } = phone;
  const state =
    encrypted === false && phone.backups === 0
      ? t('settings.unencrypted')
      : password.kept === 'keychain'
        ? t(`settings.kept.${keychain === 'none' ? 'memory' : keychain}`)
        : t(`settings.kept.${password.kept}`);
  const text =
    password.testedAt === null ? state : t('settings.testedAt', { state, when: whenInSentence(password.testedAt) });
  const runTest = (): void => {
    void test.run({ udid }).then((answer) => {
      if (answer === null) return;
      const key = answer.fits === null ? 'fitsUnknown' : answer.fits ? 'fits' : 'fitsNot';
      toast({ text: t(`settings.${key}`, { name }) });
    });
  };
  const entries: MenuEntry[] = [
    ...(encrypted === true
      ? [
          { id: 'change', label: t('settings.change'), onAction: () => sheets?.changePassword(udid) },
          { id: 'off', label: t('settings.turnOff'), onAction: () => sheets?.turnOffEncryption(udid) },
        ]
      : []),
    ...(encrypted === false
      ? [{ id: 'on', label: t('settings.turnOn'), onAction: () => sheets?.turnOnEncryption(udid) }]
      : []),
    ...(password.kept === 'none'
      ? []
      : [{ id: 'forget', label: t('settings.forget'), onAction: () => setForgetting(true) }]),
  ];
  return (
    <>
      <Line title={name} text={text}>
        {password.kept === 'none' ? (
          encrypted === false && phone.backups === 0 ? null : (
            <Button onPress={() => sheets?.enterPassword(udid)}>{t('settings.enter')}</Button>
          )
        ) : (
          <Button isPending={test.isRunning} onPress={runTest}>
            {t('settings.test')}
          </Button>
        )}
        {entries.length === 0 ? null : <Menu label={t('home.more', { name })} entries={entries} />}
      </Line>
      {test.error === null ? null : <ErrorNote error={test.error} udid={udid} />}
      <Confirm
        isOpen={isForgetting}
        isDanger
        title={t('settings.forgetTitle', { name })}
        action={t('settings.forgetAction')}
        isRunning={forget.isRunning}
        onConfirm={() => {
          void forget.run({ udid }).then((answer) => {
            if (answer !== null) setForgetting(false);
          });
        }}
        onClose={() => setForgetting(false)}
      >
        <p>{t('settings.forgetText')}</p>
        {forget.error === null ? null : <ErrorNote error={forget.error} />}
      </Confirm>
    </>
  );
}
