import type { ErrorArea } from '../entry.ts';

export const appErrors = {} as const satisfies ErrorArea;
