export { type ConverseListener, converse } from './converse.ts';
export { Dressing } from './dressing.ts';
