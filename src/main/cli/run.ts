import { resolve } from 'node:path';
import type { Engine, WorkOptions } from '../../shared/contract/index.ts';
import { retentionPresets } from '../../shared/rules/retention/index.ts';
import type { EngineChild } from '../engine/client.ts';
import { type CommandLine, presetNamed, usage } from './arguments.ts';
import { runBrowseCommand } from './browse-commands.ts';
import { runCleanupCommand } from './cleanup-commands.ts';
import type { Output } from './output.ts';
import { passwordAsker } from './passwords.ts';
import { runPhoneCommand } from './phone-commands.ts';
import {
  backupText,
  demoText,
  devicesText,
  encryptionText,
  exportText,
  pairText,
  showText,
  snapshotsText,
  verifyText,
} from './tables.ts';
import {
  emptyTrashText,
  forgetText,
  moveVaultText,
  noteText,
  pinText,
  pruneText,
  rebuildIndexText,
  repairText,
  retentionText,
  scrubText,
  trashText,
  unforgetText,
  vaultCheckText,
  vaultInfoText,
} from './vault-tables.ts';

export interface RunContext {
  readonly engine: Engine;
  readonly output: Output;
  readonly env: NodeJS.ProcessEnv;
  readonly defaultVault: string;
  readonly signal: AbortSignal;
  /** How to start the engine's process, where this is not a Node that can be started again. */
  readonly spawnEngine?: (() => EngineChild) | undefined;
}

const noPassword = async (): Promise<null> => null;

/** Runs one command; returns the exit code of a command that came to its end. Failures are thrown. */
export async function runCommand(line: CommandLine, context: RunContext): Promise<number> {
  const { engine, output, signal } = context;
  const options: WorkOptions = {
    signal,
    onProgress: (progress) => output.progress(progress),
    onNotice: (notice) => output.notice(notice),
  };
  // A folder, or the id of a vault that this computer knows: the engine tells them apart.
  const vault = line.vault ?? context.defaultVault;
  const { udid } = line;
  // Some commands use a password where there is one, and go without where there is none.
  const hasPassword = line.passwordFile !== null || (context.env['BACKSTOP_PASSWORD'] ?? '') !== '';
  const askPassword = passwordAsker({
    env: context.env,
    passwordFile: line.passwordFile,
    newPasswordFile: line.newPasswordFile,
    separateNew: line.command === 'encryption' && line.positionals[0] === 'change',
    signal,
  });
  const quietly = hasPassword ? askPassword : noPassword;
  const done =
    (await runBrowseCommand(line, { engine, output, vault, askPassword }, options)) ??
    (await runPhoneCommand(line, { engine, output, vault, askPassword: quietly }, options)) ??
    (await runCleanupCommand(line, { engine, output, vault, askPassword, quietly }, options));
  if (done !== null) return done;
  const word = (index: number): string => line.positionals[index] ?? '';
  switch (line.command) {
    case 'devices': {
      const result = await engine.devices(options);
      output.result(result, devicesText(result));
      return 0;
    }
    case 'pair': {
      const result = await engine.pair({ udid }, options);
      output.result(result, pairText(result));
      return 0;
    }
    case 'encryption': {
      const result = await engine.encryption({ udid, action: encryptionAction(word(0)), askPassword }, options);
      output.result(result, encryptionText(result));
      return 0;
    }
    case 'backup': {
      const request = {
        udid,
        vault,
        full: line.full,
        unencrypted: line.unencrypted,
        wait: line.wait,
        verify: line.level ?? 'quick',
        askPassword,
      };
      const result = await engine.backup(request, options);
      output.result(result, backupText(result));
      return result.verification.ok ? 0 : 1;
    }
    case 'snapshots': {
      const result = await engine.snapshots({ vault, udid }, options);
      output.result(result, snapshotsText(result));
      return 0;
    }
    case 'show': {
      const result = await engine.show({ vault, snapshot: word(0), askPassword }, options);
      output.result(result, showText(result));
      return 0;
    }
    case 'verify': {
      const request = { vault, snapshot: word(0), level: line.level ?? 'quick', askPassword } as const;
      const result = await engine.verify(request, options);
      output.result(result, verifyText(result));
      return result.ok ? 0 : 1;
    }
    case 'export': {
      const result = await engine.export({ vault, snapshot: word(0), directory: resolve(word(1)) }, options);
      output.result(result, exportText(result));
      return 0;
    }
    case 'forget': {
      const result = await engine.forget({ vault, snapshots: line.positionals, force: line.force }, options);
      output.result(result, forgetText(result));
      return 0;
    }
    case 'unforget': {
      const result = await engine.unforget({ vault, snapshots: line.positionals }, options);
      output.result(result, unforgetText(result));
      return 0;
    }
    case 'trash':
      return runTrash(line, vault, context, options);
    case 'pin':
    case 'unpin': {
      const pinned = line.command === 'pin';
      const { until, reason } = line;
      const result = await engine.pin({ vault, snapshots: line.positionals, pinned, until, reason }, options);
      output.result(result, pinText(result));
      return 0;
    }
    case 'prune': {
      const policy = line.policy === null ? null : retentionPresets[line.policy];
      const result = await engine.prune({ vault, dryRun: line.dryRun, policy, askPassword: quietly }, options);
      output.result(result, pruneText(result));
      return 0;
    }
    case 'scrub': {
      const request = {
        vault,
        askPassword: quietly,
        everything: !line.due,
        maxBytes: line.maxBytes,
        bytesPerSecond: line.rate,
      };
      const result = await engine.scrub(request, options);
      output.result(result, scrubText(result));
      return result.ok ? 0 : 1;
    }
    case 'repair': {
      const result = await engine.repair({ vault, askPassword: quietly }, options);
      output.result(result, repairText(result));
      return result.unrepaired.length === 0 && result.verified.every((one) => one.ok) ? 0 : 1;
    }
    case 'vault':
      return runVault(line, vault, context, options);
    case 'note': {
      const text = line.positionals.slice(1).join(' ');
      const result = await engine.note({ vault, snapshot: word(0), text }, options);
      output.result(result, noteText(result));
      return 0;
    }
    case 'serve': {
      // Loaded here only: a command of the terminal has no use for a server.
      const { runServe } = await import('./serve-command.ts');
      return runServe(line, context);
    }
    case 'demo': {
      const result = await engine.demo({ keepIn: line.vault === null ? null : resolve(vault) }, options);
      output.result(result, demoText(result));
      return result.snapshots.every((one) => one.verified?.ok === true) ? 0 : 1;
    }
    default:
      throw usage(`"${line.command}" is not run here.`);
  }
}

async function runVault(
  line: CommandLine,
  vault: string,
  { engine, output }: RunContext,
  options: WorkOptions,
): Promise<number> {
  const [action, argument] = line.positionals;
  switch (action) {
    case 'retention': {
      const present = await engine.retention({ vault, policy: null }, options);
      const rules = argument === undefined ? present.policy : retentionPresets[presetNamed(argument)];
      const budgetBytes = line.budget ?? present.policy.budgetBytes;
      const isAsked = argument !== undefined || line.budget !== null;
      const result = isAsked ? await engine.retention({ vault, policy: { ...rules, budgetBytes } }, options) : present;
      output.result(result, retentionText(result));
      return 0;
    }
    case 'info': {
      const result = await engine.vaultInfo({ vault }, options);
      output.result(result, vaultInfoText(result));
      return 0;
    }
    case 'check': {
      const result = await engine.vaultCheck({ vault }, options);
      output.result(result, vaultCheckText(result));
      return result.ok ? 0 : 1;
    }
    case 'move': {
      if (argument === undefined) throw usage('Use: backstop vault move DIR');
      const result = await engine.moveVault({ vault, target: resolve(argument) }, options);
      output.result(result, moveVaultText(result));
      return 0;
    }
    case 'rebuild-index': {
      const result = await engine.rebuildIndex({ vault }, options);
      output.result(result, rebuildIndexText(result));
      return 0;
    }
    default:
      throw usage(`"vault ${action ?? ''}": say info, check, rebuild-index, move or retention.`);
  }
}

async function runTrash(
  line: CommandLine,
  vault: string,
  { engine, output }: RunContext,
  options: WorkOptions,
): Promise<number> {
  const [action, ...snapshots] = line.positionals;
  if (action === 'list') {
    if (snapshots.length > 0) throw usage('Use: backstop trash list');
    const result = await engine.trash({ vault }, options);
    output.result(result, trashText(result));
    return 0;
  }
  if (action !== 'empty') throw usage(`"trash ${action ?? ''}": say list or empty.`);
  const result = await engine.emptyTrash({ vault, snapshots }, options);
  output.result(result, emptyTrashText(result));
  return 0;
}

function encryptionAction(word: string): 'status' | 'on' | 'change' | 'off' {
  if (word === 'status' || word === 'on' || word === 'change' || word === 'off') return word;
  throw usage(`"encryption ${word}": say status, on, change or off.`);
}
