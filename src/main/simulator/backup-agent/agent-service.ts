import { scaledMs, sleep } from '../../engine/platform/index.ts';
import type { JsonObject } from '../json.ts';
import type { SimulatedPhone } from '../phone.ts';
import type { PhoneService, ServiceConnection } from '../services/types.ts';
import { AgentKeys } from './agent-keys.ts';
import { Conversation } from './conversation.ts';
import { CutByFault } from './endings.ts';
import { AgentFaults } from './faults/agent-faults.ts';
import type { AgentMemory } from './memory.ts';
import { ConversationRecord } from './record.ts';
import type { RestoreReport } from './restore/restore-report.ts';
import { type AgentSettings, DEFAULT_SETTINGS } from './settings.ts';

/** Conversations that `report` tells of. */
const KEPT_RECORDS = 50;
/** How long a second host waits for the first to be done, before it is turned away. */
const BUSY_WAIT_MS = 2_000;

/** com.apple.mobilebackup2: on a real phone a process named BackupAgent2. Give it one phone only. */
export function createBackupService(options: Partial<AgentSettings> = {}): PhoneService {
  const settings = { ...DEFAULT_SETTINGS, ...options };
  const faults = new AgentFaults();
  const keys = new AgentKeys(settings.kdfIterations);
  const memory: AgentMemory = { lastBackup: null, wasInterrupted: false, foundHoles: false, backups: 0 };
  const records: ConversationRecord[] = [];
  let conversations = 0;
  let restore: RestoreReport | null = null;
  let busy: Promise<unknown> = Promise.resolve();
  let isBusy = false;

  async function serve(connection: ServiceConnection, phone: SimulatedPhone): Promise<void> {
    // The agent serves one host at a time; the next one finds the connection closed (protocol reference 10.3, row 42).
    if (isBusy) await Promise.race([busy, sleep(scaledMs(BUSY_WAIT_MS), connection.signal)]);
    if (isBusy) {
      phone.events.record('backup.busy');
      return;
    }
    conversations += 1;
    const record = new ConversationRecord(conversations);
    records.push(record);
    if (records.length > KEPT_RECORDS) records.shift();
    const conversation = new Conversation({
      connection,
      phone,
      record,
      faults,
      keys,
      memory,
      settings,
      onRestore: (report) => {
        restore = report;
      },
    });
    isBusy = true;
    const running = conversation.run();
    busy = conversation.over.then(() => {
      isBusy = false;
    });
    try {
      await running;
    } catch (error) {
      if (!(error instanceof CutByFault)) throw error;
    }
  }

  return {
    name: 'com.apple.mobilebackup2',
    needsUnlock: true,
    serve,
    armFault: (fault) => faults.arm(fault),
    clearFaults: () => faults.clear(),
    report: (): JsonObject => ({
      armedFaults: faults.count,
      conversations: records.map((record) => record.toJson()),
      restore: restore?.toJson() ?? null,
    }),
  };
}
