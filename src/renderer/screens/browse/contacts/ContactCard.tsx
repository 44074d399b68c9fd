import { Fragment } from 'react';
import type { ContactView } from '../../../../shared/contract/procedures/index.ts';
import { Button } from '../../../components/Button.tsx';
import { t } from '../../../text/index.ts';
import { kindCount } from '../../../text/kinds.ts';
import { useFrame } from '../browse-context.ts';
import lists from '../lists/Lists.module.css';
import styles from './Contacts.module.css';
import { Face, nameOf } from './Face.tsx';

const LISTS = ['phones', 'emails', 'urls', 'addresses', 'dates', 'related', 'profiles'] as const;

export function ContactCard({ contact }: { readonly contact: ContactView }) {
  const { save, showElsewhere } = useFrame();
  const { organisation, jobTitle, birthday, note, groups, account } = contact;
  const under = [jobTitle, contact.name === null ? null : organisation].filter((one) => one !== null && one !== '');
  const lines = [
    [t('browse.contact.birthday'), birthday],
    [t('browse.contact.note'), note],
    [t('browse.contact.groups'), groups.length === 0 ? null : groups.join(', ')],
    [t('browse.contact.account'), account ?? t('browse.onlyOnPhone')],
  ] as const;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <article className={lists['detail']} tabIndex={0} aria-label={nameOf(contact)}>
      <header className={styles['head']}>
        <Face contact={contact} size={64} />
        <div>
          <h2 className="selectable">{nameOf(contact)}</h2>
          <p className={lists['under']}>{under.join(' · ')}</p>
        </div>
      </header>
      <dl className={`${lists['fields']} selectable`}>
        {LISTS.map((name) =>
          contact[name].length === 0 ? null : (
            <Fragment key={name}>
              <dt>{t(`browse.contact.${name}`)}</dt>
              <dd>
                {contact[name].map(({ label, value }, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: values stay where they are.
                  <div key={index}>
                    {value} {label === null || label === '' ? null : <small>{label}</small>}
                  </div>
                ))}
              </dd>
            </Fragment>
          ),
        )}
        {lines.map(([name, value]) =>
          value === null || value === '' ? null : (
            <Fragment key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </Fragment>
          ),
        )}
      </dl>
      <p className={styles['actions']}>
        <Button onPress={() => save({}, [contact.id], kindCount('contacts', 1))}>{t('browse.save')}</Button>
        <Button onPress={() => showElsewhere(contact.id)}>{t('browse.elsewhere')}</Button>
      </p>
    </article>
  );
}
