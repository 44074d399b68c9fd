import { scaledMs } from '../platform/index.ts';

/** No healthy peer needs longer for an answer it has at hand, however busy the computer is. */
const FLOOR_MS = 2_000;

/**
 * A limit for answers that a healthy peer gives within milliseconds (a daemon's reply, a TLS handshake). It scales as
 * every wait does, but not below two seconds: a scale that makes half an hour short enough for a test would otherwise
 * fail peers that are well. `floorMs` is for limits that are shorter by themselves.
 */
export function answerLimitMs(ms: number, floorMs: number = FLOOR_MS): number {
  return Math.max(scaledMs(ms), Math.min(ms, floorMs));
}
