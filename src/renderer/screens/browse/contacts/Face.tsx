import type { ContactView } from '../../../../shared/contract/procedures/index.ts';
import { mediaUrl } from '../../../api/connect.ts';
import { t } from '../../../text/index.ts';
import styles from './Contacts.module.css';

/** What a person is called and looks like, as far as the card tells. */

export function nameOf({ name, nickname, organisation, phones, emails }: ContactView): string {
  return name ?? nickname ?? organisation ?? phones[0]?.value ?? emails[0]?.value ?? t('browse.noName');
}

export function Face({ contact, size }: { readonly contact: ContactView; readonly size: number }) {
  const { photo } = contact;
  const style = { width: size, height: size, fontSize: size * 0.4 };
  if (photo !== null) {
    return (
      <img
        className={styles['face']}
        style={style}
        src={mediaUrl(photo.thumb ?? photo.token)}
        alt=""
        loading="lazy"
        decoding="async"
      />
    );
  }
  const words = nameOf(contact).split(/\s+/);
  return (
    <span className={styles['face']} style={style} aria-hidden>
      {[words[0], words.length > 1 ? words.at(-1) : '']
        .map((word) => [...(word ?? '')][0]?.toUpperCase() ?? '')
        .filter((letter) => /\p{L}/u.test(letter))
        .join('')}
    </span>
  );
}
