import { Copy, Dices, Printer } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useQuery } from '../../api/engine.tsx';
import { t } from '../../text/index.ts';
import { Button } from '../Button.tsx';
import { Checkbox, PasswordField, TextField } from '../Fields.tsx';
import { Mark } from '../Mark.tsx';
import { useToast } from '../Toasts.tsx';
import { generatePassword } from './generate.ts';
import { keychainWord } from './keychain-word.ts';
import styles from './NewPassword.module.css';
import { RecoverySheet } from './RecoverySheet.tsx';
import { type Grade, gradeOf, isEnough, loadEstimate } from './strength.ts';

export interface NewPassword {
  readonly password: string;
  readonly remember: boolean;
  /** Long enough, hard enough to guess, typed twice alike, and a copy is kept. */
  readonly isReady: boolean;
}

export const NO_PASSWORD: NewPassword = { password: '', remember: true, isReady: false };

/** A new backup password: chosen or generated, its strength, and the promise that a copy is kept elsewhere. */
export function NewPasswordFields({
  phone,
  onChange,
  autoFocus = false,
}: {
  readonly phone: string;
  readonly onChange: (value: NewPassword) => void;
  readonly autoFocus?: boolean;
}) {
  const [password, setPassword] = useState('');
  const [repeat, setRepeat] = useState('');
  const [isGenerated, setGenerated] = useState(false);
  const [remember, setRemember] = useState(true);
  const [hasCopy, setCopy] = useState(false);
  const [isPrinting, setPrinting] = useState(false);
  const grade = useGrade(password);
  const toast = useToast();
  const info = useQuery('system.info', {}).data;
  const keychain = info?.keychain ?? 'none';
  const isSame = isGenerated || repeat === password;

  useEffect(() => {
    onChange({
      password,
      remember: remember && keychain !== 'none',
      isReady: isEnough(grade) && isSame && hasCopy,
    });
  }, [onChange, password, remember, keychain, grade, isSame, hasCopy]);

  const generate = (): void => {
    setPassword(generatePassword());
    setGenerated(true);
    setCopy(false);
  };
  const copy = (): void => {
    void navigator.clipboard.writeText(password).then(() => toast({ text: t('new.copied') }));
  };
  return (
    <div className={styles['new']}>
      {isGenerated ? (
        <TextField
          label={t('new.password')}
          value={password}
          onChange={(value) => {
            setPassword(value);
            setGenerated(false);
            setRepeat('');
          }}
          maxLength={200}
        />
      ) : (
        <div className={styles['pair']}>
          <PasswordField
            label={t('new.password')}
            value={password}
            onChange={setPassword}
            isNew
            autoFocus={autoFocus}
          />
          <PasswordField
            label={t('new.repeat')}
            value={repeat}
            onChange={setRepeat}
            isNew
            error={repeat !== '' && !password.startsWith(repeat) ? t('new.differ') : null}
          />
        </div>
      )}
      <div className={styles['tools']}>
        <Button icon={<Dices size={16} strokeWidth={1.6} aria-hidden />} onPress={generate}>
          {t('new.generate')}
        </Button>
        {isGenerated ? (
          <Button icon={<Copy size={16} strokeWidth={1.6} aria-hidden />} onPress={copy}>
            {t('new.copy')}
          </Button>
        ) : null}
        {isEnough(grade) && isSame ? (
          <Button icon={<Printer size={16} strokeWidth={1.6} aria-hidden />} onPress={() => setPrinting(true)}>
            {t('new.print')}
          </Button>
        ) : null}
        <p className={styles['grade']} aria-live="polite">
          {grade === null ? null : (
            <>
              <span className={`${styles['meter']} ${styles[grade]}`} aria-hidden>
                <i />
                <i />
                <i />
                <i />
              </span>
              {t(`new.strength.${grade}`)}
            </>
          )}
        </p>
      </div>
      {keychain === 'none' ? null : (
        <Checkbox isSelected={remember} onChange={setRemember}>
          {t('password.remember', { where: keychainWord(keychain) })}
          <span className={styles['help']}>{t('new.rememberHelp')}</span>
        </Checkbox>
      )}
      <div className={styles['warning']}>
        <Mark kind="warn" label={null} />
        <div>
          <p>{t('new.warning')}</p>
          <Checkbox isSelected={hasCopy} onChange={setCopy}>
            {t('new.kept')}
          </Checkbox>
        </div>
      </div>
      {isPrinting ? (
        <RecoverySheet
          phone={phone}
          computer={info?.computerName ?? ''}
          password={password}
          onDone={() => setPrinting(false)}
        />
      ) : null}
    </div>
  );
}

/** Null: nothing typed yet, or the estimate is still being loaded. */
function useGrade(password: string): Grade | null {
  const [grade, setGrade] = useState<{ readonly of: string; readonly grade: Grade } | null>(null);
  useEffect(() => {
    if (password === '') return;
    let isCurrent = true;
    void loadEstimate().then((estimate) => {
      if (isCurrent) setGrade({ of: password, grade: gradeOf(password, estimate(password)) });
    });
    return () => {
      isCurrent = false;
    };
  }, [password]);
  return grade?.of === password ? grade.grade : null;
}
