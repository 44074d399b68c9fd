import { contextBridge, ipcRenderer } from 'electron';

/** Frames there and back, and nothing else: a page gets neither Electron nor Node. The shell parses what comes. */
const CHANNEL = 'backstop:frame';

contextBridge.exposeInMainWorld('backstop', {
  platform: process.platform,
  post: (frame: unknown): void => ipcRenderer.send(CHANNEL, frame),
  onFrame: (listener: (frame: unknown) => void): (() => void) => {
    const hear = (_event: unknown, frame: unknown): void => listener(frame);
    ipcRenderer.on(CHANNEL, hear);
    return () => ipcRenderer.removeListener(CHANNEL, hear);
  },
});
