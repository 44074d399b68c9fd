import { createHash } from 'node:crypto';
import { type HostFolder, MobileBackup2Client, type Outcome } from '../../src/main/engine/device/index.ts';
import {
  type DownloadedFile,
  ScriptedAgent,
  type ScriptedFile,
} from '../../src/main/engine/device/test-support/scripted-agent.ts';
import { socketPair } from '../../src/main/engine/device/test-support/socket-pair.ts';
import { SocketWire } from '../../src/main/engine/device/wire/index.ts';
import { dictOf, numberAt, type PlistValue, stringAt } from '../../src/main/engine/formats/plist/index.ts';
import { type FolderRequest, UDID } from './folder-model.ts';

/** A folder behind a real conversation: what a phone at the other end of the socket is answered. */
export class FolderOnTheWire {
  readonly #folder: HostFolder;
  #agent: ScriptedAgent | null = null;
  #outcome: Promise<Outcome> | null = null;

  constructor(folder: HostFolder) {
    this.#folder = folder;
  }

  async ask(request: FolderRequest): Promise<string> {
    const agent = await this.#open();
    const answer = await answerOf(agent, request);
    // A file that was not taken ends what a host is willing to do in a conversation; a phone would start another.
    if (request.kind === 'upload' && answer !== 'status 0') await this.close();
    return answer;
  }

  async close(): Promise<void> {
    const outcome = this.#outcome;
    await this.#agent?.respond({ ErrorCode: 0 });
    this.#agent?.wire.close();
    this.#agent = null;
    this.#outcome = null;
    await outcome;
  }

  async #open(): Promise<ScriptedAgent> {
    if (this.#agent !== null) return this.#agent;
    const [near, far] = await socketPair();
    const agent = new ScriptedAgent(new SocketWire(far));
    const opening = MobileBackup2Client.open(new SocketWire(near));
    await agent.shakeHands();
    const client = await opening;
    this.#outcome = client.backup({ targetUdid: UDID, sourceUdid: UDID, full: false }, this.#folder);
    await agent.request();
    this.#agent = agent;
    return agent;
  }
}

async function answerOf(agent: ScriptedAgent, request: FolderRequest): Promise<string> {
  switch (request.kind) {
    case 'upload':
      return statusOf(await agent.upload(scripted(request.path, request.chunks, 0x00)));
    case 'upload-aborted':
      // A file that the phone cannot read: no data, then its error.
      return statusOf(await agent.upload(scripted(request.path, [], 0x0b)));
    case 'download': {
      const { files, status } = await agent.download([request.path]);
      return `${files.map(fileText).join()} ${statusOf(status)}`;
    }
    case 'list':
      return listText(await agent.ask('DLContentsOfDirectory', request.path));
    case 'create':
      return statusOf(await agent.ask('DLMessageCreateDirectory', request.path, {}));
    case 'move':
      return statusOf(await agent.ask('DLMessageMoveItems', Object.fromEntries(request.pairs), {}, 0));
    case 'remove':
      return statusOf(await agent.ask('DLMessageRemoveItems', request.paths, {}, 0));
    case 'copy':
      return statusOf(await agent.ask('DLMessageCopyItem', request.from, request.to));
  }
}

function scripted(path: string, chunks: readonly Buffer[], end: number): ScriptedFile {
  return { path, blocks: [...chunks.map((chunk) => [0x0c, chunk] as const), [end]] };
}

function statusOf(status: readonly PlistValue[]): string {
  return `status ${String(status[1])}`;
}

function fileText({ path, content, code }: DownloadedFile): string {
  const shown = code === 0 ? createHash('sha256').update(content).digest('hex') : 'an error';
  return `${path}: ${code} ${shown}`;
}

/** Names, kinds and sizes; the dates of two folders differ. */
function listText(status: readonly PlistValue[]): string {
  const entries = Object.entries(dictOf(status[3]) ?? {});
  const lines = entries.map(([name, entry]) => {
    const facts = dictOf(entry);
    const size = stringAt(facts, 'DLFileType') === 'DLFileTypeDirectory' ? '' : numberAt(facts, 'DLFileSize');
    return `${name} ${stringAt(facts, 'DLFileType')} ${size}`;
  });
  return [statusOf(status), ...lines.sort()].join('\n');
}
