import { en, type TextKey } from './en/index.ts';
import { t } from './index.ts';

/** Names of kinds, which come from the engine as words of its own. One that is not known here is shown as it is. */
export function kindName(kind: string): string {
  const key = `kind.${kind}`;
  return isKey(key) ? t(key) : kind.replaceAll('-', ' ');
}

export function kindCount(kind: string, count: number): string {
  const key = `kindCount.${kind}`;
  return isKey(key) ? t(key, { count }) : t('kindCount.other', { count });
}

function isKey(key: string): key is TextKey {
  return Object.hasOwn(en, key);
}
