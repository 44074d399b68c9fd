import { AgentFailure } from '../endings.ts';
import type { AgentLink } from '../protocol/agent-link.ts';
import { failedPaths } from '../protocol/host-status.ts';
import { BLOCK, STATUS } from '../protocol/messages.ts';
import { SmallFile } from './stored-manifest.ts';

/** A small file of the backup folder; null when the host has none. Anything else that goes wrong is error 103. */
export async function fetchSmall(link: AgentLink, path: string, label: string): Promise<Buffer | null> {
  const sink = new SmallFile();
  const { files, status } = await link.download([path], 0, () => sink, label);
  if (files.length === 1 && files[0]?.code === BLOCK.success) return sink.bytes();
  const failed = failedPaths(status.value);
  const code = failed.get(path);
  link.record.check(
    'a file that is not there is told by its path, with code -6',
    failed.has(path) && code === STATUS.notFound,
    `${path}: ${code ?? 'not named'}`,
  );
  // A phone that cannot read these numbers stumbles right here (protocol reference 4.7).
  if (status.encoding === 'unsigned-32' || status.encoding === 'no-integer') {
    throw new AgentFailure(103, `Error reading ${label}: Multi status`);
  }
  if (code !== undefined && code !== STATUS.notFound) {
    throw new AgentFailure(103, `Error reading ${label}: the host said ${code}`);
  }
  return null;
}
