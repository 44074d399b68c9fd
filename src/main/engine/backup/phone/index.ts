export { type ConverseListener, converse } from './converse.ts';
export { Dressing } from './dressing.ts';
export type { KnownIcon } from './extras.ts';
export { knownIcons } from './known-icons.ts';
