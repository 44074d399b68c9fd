import { leftText } from '../../text/formats.ts';
import { t } from '../../text/index.ts';

/**
 * Time that is left, as ux.md § 7 has it: it appears after 20 seconds of progress, is rounded, and says "A few more minutes"
 * while it is unsteady. It never counts up: what it once said is only taken back for words without a figure.
 */

const NEEDED_MS = 20_000;
const SAMPLE_MS = 900;
/** Ends that were foretold within this time may differ by so much of what is left. */
const STEADY_SHARE = 0.35;

export interface LeftMemory {
  readonly key: string;
  readonly samples: ReadonlyArray<{ readonly at: number; readonly secondsLeft: number }>;
  /** The smallest figure that was shown, in seconds. */
  readonly shown: number | null;
}

/** `key`: job and phase; another one begins anew. */
export const noMemory = (key: string): LeftMemory => ({ key, samples: [], shown: null });

export function remember(
  memory: LeftMemory,
  { key, at, secondsLeft }: { readonly key: string; readonly at: number; readonly secondsLeft: number | null },
): LeftMemory {
  const old = memory.key === key ? memory : noMemory(key);
  const last = old.samples.at(-1);
  if (secondsLeft === null || (last !== undefined && at - last.at < SAMPLE_MS)) return old;
  const samples = [...old.samples.filter((one) => at - one.at <= NEEDED_MS * 1.5), { at, secondsLeft }];
  const state = judge(samples, at);
  const seconds = state === 'steady' ? secondsLeft : null;
  const shown = seconds === null ? old.shown : Math.min(seconds, old.shown ?? seconds);
  return { key, samples, shown };
}

/** Null: too early to say. */
export function leftWords(memory: LeftMemory, at: number): string | null {
  const last = memory.samples.at(-1);
  if (last === undefined) return null;
  const state = judge(memory.samples, at);
  if (state === 'early') return null;
  const rises = memory.shown !== null && last.secondsLeft > Math.max(memory.shown + 60, memory.shown * 1.25);
  if (state === 'unsteady' || rises) return t('run.fewMore');
  return leftText(last.secondsLeft);
}

function judge(samples: LeftMemory['samples'], at: number): 'early' | 'unsteady' | 'steady' {
  const [first] = samples;
  const last = samples.at(-1);
  if (first === undefined || last === undefined || at - first.at < NEEDED_MS) return 'early';
  const ends = samples.map((one) => one.at / 1000 + one.secondsLeft);
  const spread = Math.max(...ends) - Math.min(...ends);
  return spread <= Math.max(30, last.secondsLeft * STEADY_SHARE) ? 'steady' : 'unsteady';
}
