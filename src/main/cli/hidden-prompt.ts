const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
const BACKSPACE = new Set(['\u007f', '\b']);

/** Asks on the terminal without showing what is typed. Null where there is no terminal to ask on. */
export function promptHidden(question: string, signal: AbortSignal): Promise<string | null> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY || !stderr.isTTY) return Promise.resolve(null);
  return new Promise((resolve, reject) => {
    let typed: string[] = [];
    const finish = (settle: () => void): void => {
      stdin.off('data', onData);
      signal.removeEventListener('abort', onAbort);
      stdin.setRawMode(false);
      stdin.pause();
      stderr.write('\n');
      typed = [];
      settle();
    };
    const onAbort = (): void => finish(() => reject(signal.reason));
    const onData = (text: string): void => {
      for (const char of text) {
        if (char === '\r' || char === '\n') {
          const answer = typed.join('');
          finish(() => resolve(answer));
          return;
        }
        if (char === CTRL_C) {
          finish(() => interrupt(signal, reject));
          return;
        }
        if (char === CTRL_D) {
          finish(() => resolve(null));
          return;
        }
        if (BACKSPACE.has(char)) typed.pop();
        else typed.push(char);
      }
    };
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    stderr.write(question);
    stdin.setRawMode(true);
    stdin.setEncoding('utf8');
    stdin.on('data', onData);
    stdin.resume();
  });
}

/** In raw mode Ctrl-C is a character, not a signal: give it back its meaning. */
function interrupt(signal: AbortSignal, reject: (reason: unknown) => void): void {
  signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  process.kill(process.pid, 'SIGINT');
}
