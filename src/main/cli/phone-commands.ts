import { resolve } from 'node:path';
import type { AskPassword, Engine, WorkOptions } from '../../shared/contract/index.ts';
import type { CommandLine } from './arguments.ts';
import { atRiskText, rescueText } from './at-risk-tables.ts';
import type { Output } from './output.ts';

/** Commands that look at what is on a phone now, without making a backup. */

interface PhoneContext {
  readonly engine: Engine;
  readonly output: Output;
  readonly vault: string;
  readonly askPassword: AskPassword;
}

/** Null: not one of these commands. */
export async function runPhoneCommand(
  line: CommandLine,
  { engine, output, vault, askPassword }: PhoneContext,
  options: WorkOptions,
): Promise<number | null> {
  switch (line.command) {
    case 'at-risk': {
      const result = await engine.atRisk({ udid: line.udid, vault, askPassword }, options);
      output.result(result, atRiskText(result));
      return result.phones.every((phone) => phone.loss.how !== 'unknown') ? 0 : 1;
    }
    case 'rescue': {
      const directory = resolve(line.positionals[0] ?? '');
      const result = await engine.rescue({ udid: line.udid, directory, vault }, options);
      output.result(result, rescueText(result));
      return result.outcome === 'complete' ? 0 : 1;
    }
    default:
      return null;
  }
}
