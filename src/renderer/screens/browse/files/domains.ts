import { en, type TextKey } from '../../../text/en/index.ts';
import { t } from '../../../text/index.ts';

/** What the phone calls a domain, in words; one that is not known keeps the phone's own name. */
export function domainName(domain: string): string {
  const own = `domain.${domain}`;
  if (isKey(own)) return t(own);
  const at = domain.indexOf('-');
  if (at < 0) return domain;
  const kind = `domainOf.${domain.slice(0, at)}`;
  return isKey(kind) ? t(kind, { id: domain.slice(at + 1) }) : domain;
}

function isKey(key: string): key is TextKey {
  return Object.hasOwn(en, key);
}
