import type { Notice, WorkOptions } from '../../../shared/contract/index.ts';

export type SayNotice = (code: string, data?: Notice['data']) => void;

/** A fact worth a sentence, for whoever listens. */
export function noticer(options: WorkOptions): SayNotice {
  return (code, data = {}) => options.onNotice?.({ type: 'notice', code, data });
}
