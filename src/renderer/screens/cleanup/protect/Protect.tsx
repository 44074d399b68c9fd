import { useState } from 'react';
import type { OutputOf, PhoneView } from '../../../../shared/contract/procedures/index.ts';
import type { BackstopError } from '../../../../shared/errors/index.ts';
import type { Check, CleanupChoice } from '../../../../shared/rules/guidance/index.ts';
import { useAction, useQuery } from '../../../api/engine.tsx';
import { useNavigation } from '../../../app/navigation.tsx';
import { Button } from '../../../components/Button.tsx';
import { ErrorNote } from '../../../components/ErrorNote.tsx';
import { Mark } from '../../../components/Mark.tsx';
import { PageBody } from '../../../components/Page.tsx';
import { Tag } from '../../../components/Parts.tsx';
import { TurnOnEncryption } from '../../../components/passwords/EncryptionSheets.tsx';
import { useSheets } from '../../../components/sheets/sheets-context.ts';
import { leftText } from '../../../text/formats.ts';
import { t } from '../../../text/index.ts';
import { routeOf } from '../choice.ts';
import { Frame } from '../Frame.tsx';
import { LowRisk } from '../result/LowRisk.tsx';
import { ChecksTable } from './ChecksTable.tsx';
import { isLed, NextAction } from './NextAction.tsx';
import styles from './Protect.module.css';
import { shownChecks } from './shown-checks.ts';
import { WithoutConfirm } from './WithoutConfirm.tsx';

type Plan = OutputOf<'cleanup.plan'>;

/** The checks as they are now, and the one button that does what is missing. */
export function Protect({
  phone,
  choice,
  onStarted,
}: {
  readonly phone: PhoneView;
  readonly choice: CleanupChoice;
  readonly onStarted: () => void;
}) {
  const { go } = useNavigation();
  const { udid } = phone;
  const answer = useQuery('cleanup.plan', { udid, vault: null, choice }, ['backups', 'phones', 'vaults']);
  const plan = answer.data;
  const back = (): void => go(routeOf(udid, 'choose', choice));
  if (plan !== undefined && plan.level === 'low') return <LowRisk phone={phone} plan={plan} onBack={back} />;
  return (
    <Frame phone={phone} step="protect" onBack={back}>
      {plan === undefined ? (
        <PageBody>
          <div className={styles['one']}>
            {answer.error === null ? (
              <p className={styles['asking']} role="status">
                <Mark kind="run" label={null} />
                {t('cleanup.protect.asking')}
              </p>
            ) : (
              <ErrorNote error={answer.error} udid={udid} onRetry={answer.reload} />
            )}
          </div>
        </PageBody>
      ) : (
        <Plan
          phone={phone}
          choice={choice}
          plan={plan}
          error={answer.error}
          onAgain={answer.reload}
          onStarted={onStarted}
        />
      )}
    </Frame>
  );
}

function Plan({
  phone,
  choice,
  plan,
  error,
  onAgain,
  onStarted,
}: {
  readonly phone: PhoneView;
  readonly choice: CleanupChoice;
  readonly plan: Plan;
  /** Asked again, and no answer: the checks are those of before. */
  readonly error: BackstopError | null;
  readonly onAgain: () => void;
  readonly onStarted: () => void;
}) {
  const { replace } = useNavigation();
  const start = useAction('cleanup.start');
  const sheets = useSheets();
  const [open, setOpen] = useState<'encrypt' | 'without' | null>(null);
  const { udid } = phone;
  const { checks, missing, level, protection } = plan;
  const version = plan.version === null ? null : { vault: plan.version.vault, snapshot: plan.version.snapshot };
  const shown = shownChecks(checks, missing);
  // Nothing that the run brings, and no certificate without it.
  const isStuck = missing.length === 0 && checks.some(isInTheWay);
  const blocked = checks.find((one) => one.role === 'run' && one.status === 'fail');
  const run = async (): Promise<void> => {
    const answer = await start.run({ udid, vault: null, choice });
    if (answer === null) return;
    replace({ screen: 'cleanup', udid });
    onStarted();
  };
  const press = (): void => {
    if (missing.includes('turn-on-encryption')) setOpen('encrypt');
    // The test of the password needs it: asked for before, not after twenty minutes.
    else if (sheets !== null && missing.includes('test-password') && phone.password.kept === 'none') {
      sheets.enterPassword(udid, () => void run());
    } else void run();
  };
  return (
    <div className={styles['split']}>
      <PageBody>
        <div className={styles['one']}>
          {error === null ? null : <ErrorNote error={error} udid={udid} onRetry={onAgain} />}
          <div role="status">
            <h2 className={styles['title']}>{t(`cleanup.protect.${titleOf(plan)}`)}</h2>
            <p className={styles['lead']}>{leadOf(plan, isStuck)}</p>
          </div>
          <ChecksTable
            context={{ level, pinDays: protection.pinDays }}
            rows={shown.map(({ check, mark }) => ({
              check,
              mark,
              action:
                mark === 'pass' ? null : isFixedByRun(check, plan) ? (
                  <Tag>{t('cleanup.fixedHere')}</Tag>
                ) : check === blocked || (isStuck && isInTheWay(check)) ? null : (
                  <NextAction check={check} phone={phone} version={version} onDone={onAgain} />
                ),
            }))}
          />
          {start.error === null ? null : (
            <div className={styles['error']}>
              <ErrorNote error={start.error} udid={udid} onRetry={press} />
            </div>
          )}
        </div>
      </PageBody>
      <div className={styles['bar']}>
        <div className={styles['go']}>
          {isStuck ? (
            <Stuck checks={checks} phone={phone} version={version} onAgain={onAgain} />
          ) : blocked !== undefined ? (
            <>
              {isLed(blocked.next) ? (
                <NextAction check={blocked} phone={phone} version={version} look="filled" onDone={onAgain} />
              ) : (
                <Button look="filled" size="large" onPress={onAgain}>
                  {t('cleanup.lookAgain')}
                </Button>
              )}
              <span className={styles['caption']}>{t('cleanup.blocked')}</span>
            </>
          ) : (
            <>
              <Button look="filled" size="large" isPending={start.isRunning} onPress={press}>
                {t(`cleanup.run.${runWords(missing)}`)}
              </Button>
              <span className={styles['caption']}>
                {t(missing.includes('turn-on-encryption') ? 'cleanup.onlyEncryption' : 'cleanup.nothingChanged')}
              </span>
            </>
          )}
          <span className={styles['space']} />
          {missing.length === 0 && !isStuck ? null : (
            <Button look="quiet" onPress={() => setOpen('without')}>
              {t('cleanup.without.open')}
            </Button>
          )}
        </div>
      </div>
      {open === 'encrypt' ? (
        <TurnOnEncryption
          phone={phone}
          onClose={() => setOpen(null)}
          onDone={() => {
            setOpen(null);
            void run();
          }}
        />
      ) : null}
      {open === 'without' ? (
        <WithoutConfirm phone={phone} choice={choice} plan={plan} onClose={() => setOpen(null)} />
      ) : null}
    </div>
  );
}

/** What nobody can put right from here has its own next step in place of the button. */
function Stuck({
  checks,
  phone,
  version,
  onAgain,
}: {
  readonly checks: readonly Check[];
  readonly phone: PhoneView;
  readonly version: { readonly vault: string; readonly snapshot: string } | null;
  readonly onAgain: () => void;
}) {
  const first = checks.find((one) => isInTheWay(one) && isLed(one.next));
  return (
    <>
      {first === undefined ? null : (
        <NextAction check={first} phone={phone} version={version} look="filled" onDone={onAgain} />
      )}
      <Button look={first === undefined ? 'filled' : 'plain'} onPress={onAgain}>
        {t('cleanup.lookAgain')}
      </Button>
    </>
  );
}

const isInTheWay = ({ role, status }: Check): boolean =>
  role === 'required' && (status === 'fail' || status === 'unknown');

/** The run takes care of it: nothing for the owner to do. */
function isFixedByRun({ next, status, role }: Check, { missing }: Plan): boolean {
  if (missing.length === 0 || role === 'run' || status === 'pass') return false;
  if (next === 'run') return true;
  if (next === 'turn-on-encryption') return missing.includes('turn-on-encryption');
  if (next === 'verify' || next === 'repair') return missing.includes('verify');
  return next === 'test-password' && missing.includes('test-password');
}

function titleOf({ checks, missing }: Plan): 'already' | 'notYet' | 'ready' {
  if (checks.some((one) => one.role === 'required' && one.status === 'fail')) return 'notYet';
  return missing.length === 0 && !checks.some(isInTheWay) ? 'already' : 'ready';
}

function leadOf(plan: Plan, isStuck: boolean): string {
  const open = shownChecks(plan.checks, plan.missing).filter(
    ({ check, mark }) => mark !== 'pass' && mark !== 'todo' && isInTheWay(check),
  ).length;
  if (isStuck) return t('cleanup.protect.stuck');
  if (plan.missing.length === 0) return t('cleanup.protect.alreadyLead');
  const time = plan.secondsNeeded;
  return t('cleanup.protect.lead', {
    count: open,
    time: time === null || time <= 0 ? 'none' : leftText(time).toLocaleLowerCase(),
  });
}

/** The button says what it does, and no more. */
function runWords(missing: Plan['missing']): 'encrypt' | 'backup' | 'verify' | 'password' | 'certificate' {
  if (missing.includes('turn-on-encryption')) return 'encrypt';
  if (missing.includes('backup')) return 'backup';
  if (missing.includes('verify')) return 'verify';
  return missing.includes('test-password') ? 'password' : 'certificate';
}
