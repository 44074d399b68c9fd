import type { ErrorArea } from '../entry.ts';

export const simulatorErrors = {} as const satisfies ErrorArea;
