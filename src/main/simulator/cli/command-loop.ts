import { fstatSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseCommand, parseJsonLine } from '../control/commands.ts';
import type { JsonObject } from '../json.ts';
import type { Simulator } from '../simulator.ts';

/** A line longer than this is not a command. */
const MAX_LINE_CHARACTERS = 1024 * 1024;

/**
 * Answers every line of standard input with exactly one line, in order. Resolves when `stop` was answered, or when the
 * input ended and that means that the parent has gone: always with `exitWithParent`, otherwise when input is a pipe
 * that has brought a command. An input that was never used (/dev/null, a closed pipe) does not end the phone.
 */
export async function runCommands(
  simulator: Simulator,
  exitWithParent: boolean,
): Promise<'stopped' | 'parent-gone' | 'input-ended'> {
  const lines = createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY });
  let commands = 0;
  for await (const line of lines) {
    if (line.trim() === '') continue;
    commands += 1;
    const { answer, stop } = await answerLine(simulator, line);
    await print(answer);
    if (stop) {
      lines.close();
      return 'stopped';
    }
  }
  return exitWithParent || (commands > 0 && isPipe()) ? 'parent-gone' : 'input-ended';
}

async function answerLine(simulator: Simulator, line: string): Promise<{ answer: JsonObject; stop: boolean }> {
  try {
    if (line.length > MAX_LINE_CHARACTERS) throw new Error('this line is too long');
    const command = parseCommand(parseJsonLine(line));
    const result = await simulator.perform(command);
    return { answer: { ok: true, ...result }, stop: command.cmd === 'stop' };
  } catch (error) {
    return { answer: { ok: false, error: error instanceof Error ? error.message : String(error) }, stop: false };
  }
}

/** One JSON line on standard output; resolves when it was handed over. */
export function print(value: JsonObject): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write(`${JSON.stringify(value)}\n`, () => resolve());
  });
}

/** A pipe or a socket pair: what a parent process gives, as opposed to a terminal, a file or /dev/null. */
function isPipe(): boolean {
  try {
    const input = fstatSync(0);
    return input.isFIFO() || input.isSocket();
  } catch {
    // Standard input was closed before we started: nobody can be at its other end.
    return false;
  }
}
