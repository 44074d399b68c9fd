/** Two ends that pass frames to each other: a MessagePort, a WebSocket, a child process, or two functions in a test. */
export interface Port {
  post(frame: unknown): void;
  /** Frames from the other end, as they come: nothing about them is known. */
  onFrame(listener: (frame: unknown) => void): void;
  /** The other end is gone. */
  onClose(listener: () => void): void;
}
