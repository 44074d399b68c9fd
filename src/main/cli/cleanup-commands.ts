import { resolve } from 'node:path';
import type { AskPassword, Engine, WorkOptions } from '../../shared/contract/index.ts';
import {
  type BucketId,
  bucketIdSchema,
  type CleanupChoice,
  type CleanupOption,
  cleanupOptionSchema,
} from '../../shared/rules/guidance/index.ts';
import type { CommandLine } from './arguments.ts';
import { usage } from './arguments.ts';
import { certificateText, checkText, planText, reviewText, undoText } from './cleanup-tables.ts';
import type { Output } from './output.ts';

/** Back up before cleanup: what protects, what is proved, what went, and how it comes back. */

interface CleanupContext {
  readonly engine: Engine;
  readonly output: Output;
  readonly vault: string;
  readonly askPassword: AskPassword;
  /** The password where there is one, without asking anybody. */
  readonly quietly: AskPassword;
}

/** Of a whole bucket the riskiest thing that one may do with it. */
const RISKIEST: Readonly<Record<BucketId, CleanupOption>> = {
  photos: 'delete-unreviewed-photos',
  duplicates: 'bulk-duplicates',
  messages: 'message-attachments',
  apps: 'remove-apps',
  system: 'system-cleanup',
};

/** Null: not this command. */
export async function runCleanupCommand(
  line: CommandLine,
  { engine, output, vault, askPassword, quietly }: CleanupContext,
  options: WorkOptions,
): Promise<number | null> {
  if (line.command !== 'cleanup') return null;
  const [action = '', ...words] = line.positionals;
  const request = { vault, udid: line.udid, askPassword };
  switch (action) {
    case 'plan': {
      const result = await engine.cleanup.plan(
        { ...request, askPassword: quietly, choice: choiceOf(words, line.apps) },
        options,
      );
      output.result(result, planText(result));
      return 0;
    }
    case 'run':
    case 'certificate': {
      const asked = { ...request, choice: choiceOf(words, line.apps) };
      const result = await (action === 'run'
        ? engine.cleanup.run(asked, options)
        : engine.cleanup.certificate(asked, options));
      output.result(result, certificateText(result));
      return result.issued || result.level === 'low' ? 0 : 1;
    }
    case 'check': {
      const result = await engine.cleanup.check(request, options);
      output.result(result, checkText(result));
      return result.standing?.state === 'valid' ? 0 : 1;
    }
    case 'review': {
      const result = await engine.cleanup.review(request, options);
      output.result(result, reviewText(result));
      return 0;
    }
    case 'undo': {
      const [directory] = words;
      if (directory === undefined) throw usage('Use: backstop cleanup undo DIR [--part unexpected|expected|all]');
      const result = await engine.cleanup.undo(
        { ...request, directory: resolve(directory), part: line.part, items: null },
        options,
      );
      output.result(result, undoText(result));
      return result.failed.length === 0 ? 0 : 1;
    }
    case 'declare': {
      const [about = '', value = ''] = words;
      const said = new Map([
        ['yes', true],
        ['no', false],
        ['unknown', null],
      ]).get(value);
      if (line.udid === null || said === undefined || !/^[a-z-]{1,40}(:[a-z]{1,20})?$/.test(about)) {
        throw usage('Use: backstop cleanup declare icloud-photos|messages-in-icloud yes|no|unknown --udid UDID');
      }
      await engine.cleanup.declare({ udid: line.udid, about, value: said });
      output.result({ type: 'result' }, 'Noted.');
      return 0;
    }
    default:
      throw usage(`"cleanup ${action}": say plan, run, certificate, check, review, undo or declare.`);
  }
}

function choiceOf(words: readonly string[], apps: readonly string[]): CleanupChoice {
  const known = `${cleanupOptionSchema.options.join(', ')}; or a whole bucket: ${bucketIdSchema.options.join(', ')}`;
  if (words.length === 0) throw usage(`Say what you are about to clean: ${known}.`);
  const chosen = words
    .flatMap((word) => word.split(','))
    .map((word): CleanupOption => {
      const option = cleanupOptionSchema.safeParse(word);
      if (option.success) return option.data;
      const bucket = bucketIdSchema.safeParse(word);
      if (bucket.success) return RISKIEST[bucket.data];
      throw usage(`"${word}" is nothing to clean. There are: ${known}.`);
    });
  return { options: [...new Set(chosen)], apps: [...apps] };
}
