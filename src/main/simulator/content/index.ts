export { createPhoneContent } from './phone-content.ts';
export type * from './types.ts';
