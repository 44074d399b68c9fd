import { Check, ChevronDown, Eye, EyeOff, Minus, Search, X } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import {
  Button as AriaButton,
  Checkbox as AriaCheckbox,
  SearchField as AriaSearch,
  Select as AriaSelect,
  Switch as AriaSwitch,
  TextField as AriaText,
  FieldError,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  SelectValue,
  Text,
  ToggleButton,
  ToggleButtonGroup,
} from 'react-aria-components';
import { t } from '../text/index.ts';
import styles from './Fields.module.css';
import menuStyles from './Menu.module.css';

export function TextField({
  label,
  value,
  onChange,
  help,
  error,
  isHidden = false,
  placeholder,
  maxLength,
  autoFocus = false,
  isDisabled = false,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly help?: ReactNode;
  readonly error?: string | null;
  /** The label is read out only. */
  readonly isHidden?: boolean;
  readonly placeholder?: string;
  readonly maxLength?: number;
  readonly autoFocus?: boolean;
  readonly isDisabled?: boolean;
}) {
  return (
    <AriaText
      className={styles['field'] ?? ''}
      value={value}
      onChange={onChange}
      isInvalid={error !== undefined && error !== null}
      isDisabled={isDisabled}
      autoFocus={autoFocus}
      {...(maxLength === undefined ? {} : { maxLength })}
    >
      <Label className={isHidden ? 'srOnly' : (styles['label'] ?? '')}>{label}</Label>
      <Input className={styles['input'] ?? ''} placeholder={placeholder ?? ''} spellCheck={false} />
      {help === undefined ? null : (
        <Text slot="description" className={styles['help'] ?? ''}>
          {help}
        </Text>
      )}
      <FieldError className={styles['error'] ?? ''}>{error}</FieldError>
    </AriaText>
  );
}

/** Never remembered by the browser, never shown unless asked for. */
export function PasswordField({
  label,
  value,
  onChange,
  help,
  error,
  autoFocus = false,
  isNew = false,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly help?: ReactNode;
  readonly error?: string | null;
  readonly autoFocus?: boolean;
  readonly isNew?: boolean;
}) {
  const [isShown, setShown] = useState(false);
  return (
    <AriaText
      className={styles['field'] ?? ''}
      value={value}
      onChange={onChange}
      isInvalid={error !== undefined && error !== null}
      autoFocus={autoFocus}
      type={isShown ? 'text' : 'password'}
      autoComplete={isNew ? 'new-password' : 'off'}
      maxLength={1024}
    >
      <Label className={styles['label'] ?? ''}>{label}</Label>
      <div className={styles['withButton']}>
        <Input className={styles['input'] ?? ''} spellCheck={false} autoCapitalize="off" />
        <AriaButton
          className={styles['inside'] ?? ''}
          onPress={() => setShown(!isShown)}
          aria-label={isShown ? t('common.hidePassword') : t('common.showPassword')}
        >
          {isShown ? <EyeOff size={16} aria-hidden /> : <Eye size={16} aria-hidden />}
        </AriaButton>
      </div>
      {help === undefined ? null : (
        <Text slot="description" className={styles['help'] ?? ''}>
          {help}
        </Text>
      )}
      <FieldError className={styles['error'] ?? ''}>{error}</FieldError>
    </AriaText>
  );
}

export function SearchField({
  label,
  value,
  onChange,
  onSubmit,
  width = 200,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly onSubmit?: (value: string) => void;
  readonly width?: number;
}) {
  return (
    <AriaSearch
      className={styles['search'] ?? ''}
      style={{ width }}
      aria-label={label}
      value={value}
      onChange={onChange}
      {...(onSubmit === undefined ? {} : { onSubmit })}
    >
      <Search size={15} aria-hidden />
      <Input placeholder={label} spellCheck={false} data-search-field />
      <AriaButton className={styles['clear'] ?? ''} aria-label={t('common.clear')}>
        <X size={13} aria-hidden />
      </AriaButton>
    </AriaSearch>
  );
}

export function Checkbox({
  children,
  isSelected,
  onChange,
  isDisabled = false,
  isIndeterminate = false,
  'aria-label': ariaLabel,
}: {
  readonly children?: ReactNode;
  readonly isSelected: boolean;
  readonly onChange: (isSelected: boolean) => void;
  readonly isDisabled?: boolean;
  readonly isIndeterminate?: boolean;
  readonly 'aria-label'?: string;
}) {
  return (
    <AriaCheckbox
      className={styles['checkbox'] ?? ''}
      isSelected={isSelected}
      onChange={onChange}
      isDisabled={isDisabled}
      isIndeterminate={isIndeterminate}
      {...(ariaLabel === undefined ? {} : { 'aria-label': ariaLabel })}
    >
      <span className={styles['box']}>
        {isIndeterminate ? <Minus size={12} strokeWidth={3} /> : <Check size={12} strokeWidth={3} />}
      </span>
      {children === undefined ? null : <span>{children}</span>}
    </AriaCheckbox>
  );
}

export function Switch({
  label,
  help,
  isSelected,
  onChange,
  isDisabled = false,
}: {
  readonly label: string;
  readonly help?: ReactNode;
  readonly isSelected: boolean;
  readonly onChange: (isSelected: boolean) => void;
  readonly isDisabled?: boolean;
}) {
  return (
    <div className={styles['row']}>
      <AriaSwitch
        className={styles['switch'] ?? ''}
        isSelected={isSelected}
        onChange={onChange}
        isDisabled={isDisabled}
      >
        <span className={styles['rowLabel']}>{label}</span>
        <span className={styles['track']}>
          <span className={styles['knob']} />
        </span>
      </AriaSwitch>
      {help === undefined ? null : <p className={styles['help']}>{help}</p>}
    </div>
  );
}

export interface Choice<T extends string> {
  readonly id: T;
  readonly label: string;
}

export function Select<T extends string>({
  label,
  value,
  choices,
  onChange,
  isHidden = false,
  isDisabled = false,
}: {
  readonly label: string;
  readonly value: T;
  readonly choices: readonly Choice<T>[];
  readonly onChange: (value: T) => void;
  readonly isHidden?: boolean;
  readonly isDisabled?: boolean;
}) {
  return (
    <AriaSelect
      className={styles['select'] ?? ''}
      selectedKey={value}
      isDisabled={isDisabled}
      onSelectionChange={(key) => {
        if (key !== null) onChange(String(key) as T);
      }}
      {...(isHidden ? { 'aria-label': label } : {})}
    >
      {isHidden ? null : <Label className={styles['rowLabel'] ?? ''}>{label}</Label>}
      <AriaButton className={styles['selectButton'] ?? ''}>
        <SelectValue>{({ selectedText }) => selectedText}</SelectValue>
        <ChevronDown size={14} aria-hidden />
      </AriaButton>
      <Popover className={menuStyles['popover'] ?? ''} offset={4}>
        <ListBox className={menuStyles['menu'] ?? ''}>
          {choices.map((one) => (
            <ListBoxItem key={one.id} id={one.id} textValue={one.label} className={menuStyles['item'] ?? ''}>
              {({ isSelected }) => (
                <>
                  <span className={menuStyles['check']}>{isSelected ? <Check size={14} aria-hidden /> : null}</span>
                  {one.label}
                </>
              )}
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}

/** Two to four ways to look at the same thing. */
export function Segmented<T extends string>({
  label,
  value,
  choices,
  onChange,
}: {
  readonly label: string;
  readonly value: T;
  readonly choices: readonly Choice<T>[];
  readonly onChange: (value: T) => void;
}) {
  return (
    <ToggleButtonGroup
      className={styles['segmented'] ?? ''}
      aria-label={label}
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[value]}
      onSelectionChange={(keys) => {
        const [first] = keys;
        if (first !== undefined) onChange(String(first) as T);
      }}
    >
      {choices.map((one) => (
        <ToggleButton key={one.id} id={one.id} className={styles['segment'] ?? ''}>
          {one.label}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}
