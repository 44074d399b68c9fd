import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { BackstopError } from '../../../shared/errors/index.ts';
import type { JsonObject } from '../json.ts';
import type { SimulatedPhone } from '../phone.ts';
import { parseCommand, type SimulatorCommand } from './commands.ts';

/**
 * One step of a scenario: a command, at the start or, with `after`, when an event has happened `count` times on the
 * command's phone (the first phone when it names none).
 */
export interface ScenarioStep {
  readonly command: SimulatorCommand;
  readonly after: { readonly event: string; readonly count: number } | null;
}

const stepSchema = z.looseObject({
  cmd: z.string(),
  after: z.strictObject({ event: z.string().min(1), count: z.number().int().positive().default(1) }).optional(),
});
const scenarioSchema = z.union([
  z.array(stepSchema),
  z.strictObject({ steps: z.array(stepSchema) }).transform((file) => file.steps),
]);

/** Reads a scenario file: a JSON array of steps, or `{"steps":[…]}`. Throws `simulator/usage` with what is wrong. */
export async function readScenario(file: string): Promise<readonly ScenarioStep[]> {
  try {
    const parsed = scenarioSchema.safeParse(JSON.parse(await readFile(file, 'utf8')));
    if (!parsed.success) throw new Error(z.prettifyError(parsed.error).replaceAll('\n', ' '));
    return parsed.data.map(({ after, ...command }) => ({
      command: parseCommand(command as JsonObject),
      after: after ?? null,
    }));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new BackstopError('simulator/usage', {
      cause,
      data: { problem: `The scenario ${file} cannot be used: ${reason}` },
    });
  }
}

/** Calls `run` when the step is due. Returns how to give up waiting. */
export function waitForStep(step: ScenarioStep, phone: SimulatedPhone, run: () => void): () => void {
  const { after } = step;
  if (after === null) throw new Error('this step waits for nothing');
  let missing = after.count;
  const stop = phone.events.listen(({ event }) => {
    if (event !== after.event) return;
    missing -= 1;
    if (missing > 0) return;
    stop();
    run();
  });
  return stop;
}
