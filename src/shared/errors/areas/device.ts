import type { ErrorArea } from '../entry.ts';

export const deviceErrors = {} as const satisfies ErrorArea;
