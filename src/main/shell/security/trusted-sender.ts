import type { IpcMainEvent } from 'electron';
import { isOwnPage } from './origins.ts';

/** Is this message from the main frame of a window of ours, showing a page of ours? A frame that is gone is null. */
export function isTrustedSender(event: IpcMainEvent, windows: ReadonlyMap<number, unknown>): boolean {
  const { sender, senderFrame } = event;
  return (
    windows.has(sender.id) &&
    senderFrame !== null &&
    senderFrame.parent === null &&
    senderFrame.routingId === sender.mainFrame.routingId &&
    senderFrame.processId === sender.mainFrame.processId &&
    isOwnPage(senderFrame.url)
  );
}
