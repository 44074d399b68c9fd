export { type ConverseListener, converse } from './converse.ts';
export { type PhoneExtrasRead, readExtras } from './extras.ts';
