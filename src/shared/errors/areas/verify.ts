import type { ErrorArea } from '../entry.ts';

export const verifyErrors = {} as const satisfies ErrorArea;
