import type { ErrorArea } from '../entry.ts';

export const exportErrors = {} as const satisfies ErrorArea;
