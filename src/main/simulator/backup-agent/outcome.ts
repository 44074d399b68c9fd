import { isBackstopError } from '../../../shared/errors/index.ts';
import { CutByFault } from './endings.ts';

/** How a conversation that threw ended, in words. */
export function outcomeOf(error: unknown): string {
  if (error instanceof CutByFault) return 'cut by a fault';
  if (isBackstopError(error, 'device/connection-lost')) return 'connection lost';
  return `broke off: ${error instanceof Error ? error.message : String(error)}`;
}
