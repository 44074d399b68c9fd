import type { ErrorArea } from '../entry.ts';

export const usbmuxErrors = {} as const satisfies ErrorArea;
