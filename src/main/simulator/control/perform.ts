import type { Mutation } from '../content/types.ts';
import type { PhoneEndpoint } from '../endpoint.ts';
import type { JsonObject } from '../json.ts';
import { fillDisk } from '../phone-disk.ts';
import type { SimulatorCommand } from './commands.ts';

/** Does a command on one phone and returns what its answer says besides `ok`. */
export async function performOnPhone(
  command: Exclude<SimulatorCommand, { cmd: 'stop' }>,
  endpoint: PhoneEndpoint,
): Promise<JsonObject> {
  const { phone } = endpoint;
  const { state, events } = phone;
  switch (command.cmd) {
    case 'mutate': {
      const { deleted, added, edited, ...files } = phone.content.mutate(mutationOf(command));
      const summary = { ...files, deleted: { ...deleted }, added: { ...added }, edited: { ...edited } };
      events.record('command.mutate', summary);
      return summary;
    }
    case 'lock':
    case 'unlock':
      state.locked = command.cmd === 'lock';
      events.record(`command.${command.cmd}`);
      phone.postNotification('com.apple.springboard.lockstate');
      return {};
    case 'passcode':
      state.passcodeAnswer = command.answer;
      state.passcodeSet = command.set ?? state.passcodeSet;
      state.passcodeDelayMs = command.delayMs ?? state.passcodeDelayMs;
      events.record('command.passcode', { answer: command.answer });
      return {};
    case 'trust':
      return changeTrust(command, endpoint);
    case 'attach':
      await phone.transport?.attach(command.via);
      return {};
    case 'detach':
      phone.transport?.detach(command.via);
      return {};
    case 'battery':
      state.batteryLevel = command.level ?? state.batteryLevel;
      state.batteryCharging = command.charging ?? state.batteryCharging;
      return {};
    case 'fill':
      fillDisk(phone, command.freeBytes);
      events.record('command.fill', { freeBytes: command.freeBytes });
      return {};
    case 'notify':
      phone.postNotification(command.name);
      return {};
    case 'findmy':
      state.findMyEnabled = command.enabled;
      return {};
    case 'setup':
      state.setupDone = command.done;
      return {};
    case 'managed':
      state.requiresEncryption = command.requiresEncryption;
      return {};
    case 'fault':
      if (command.fault.kind === 'clear') endpoint.clearFaults();
      else endpoint.armFault(command.fault);
      events.record('command.fault', { kind: command.fault.kind, at: command.fault.at });
      return {};
    case 'truth':
      await phone.content.writeTruth(command.file);
      return { file: command.file };
    case 'report':
      return endpoint.report();
  }
}

function mutationOf(command: Extract<SimulatorCommand, { cmd: 'mutate' }>): Mutation {
  const { delete: removed, add, edit, percent } = command;
  const hasCounts = removed !== undefined || add !== undefined || edit !== undefined;
  if (percent !== undefined) {
    if (hasCounts) throw new Error('mutate takes either "percent" or counts to delete, add and edit');
    return { percent };
  }
  if (!hasCounts) throw new Error('mutate needs "percent", or counts to delete, add or edit');
  return {
    ...(removed === undefined ? {} : { delete: withoutUndefined(removed) }),
    ...(add === undefined ? {} : { add: withoutUndefined(add) }),
    ...(edit === undefined ? {} : { edit: withoutUndefined(edit) }),
  };
}

function withoutUndefined<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

async function changeTrust(
  command: Extract<SimulatorCommand, { cmd: 'trust' }>,
  endpoint: PhoneEndpoint,
): Promise<JsonObject> {
  const { phone, hosts } = endpoint;
  switch (command.answer) {
    case 'reset':
      // "Reset Location & Privacy": every computer has to ask again.
      await hosts.clear();
      break;
    case 'ok':
    case 'deny':
      phone.state.trust = { kind: command.answer };
      break;
    default:
      phone.state.trust = { kind: 'pending', times: command.times ?? null };
  }
  phone.events.record('command.trust', { answer: command.answer });
  // A daemon that waits for the person pairs by itself on this notification.
  if (command.answer === 'ok') phone.postNotification('com.apple.mobile.lockdown.request_pair');
  return {};
}
