import type { Port } from './port.ts';

/** A port with an end that can be let go of. */
export interface ClosablePort extends Port {
  close(): void;
}

/**
 * Two ports that pass frames to each other inside one process, for faces that need no border. Frames are copied on their
 * way, as they would be at a border, so that nobody holds what the other end may change; they arrive in order, later.
 */
export function portPair(): readonly [ClosablePort, ClosablePort] {
  const sides = [new Side(), new Side()] as const;
  let isOpen = true;
  const end = (own: Side, other: Side): ClosablePort => ({
    post(frame) {
      if (!isOpen) return;
      const copy: unknown = structuredClone(frame);
      void Promise.resolve().then(() => {
        if (isOpen) other.deliver(copy);
      });
    },
    onFrame: (listener) => own.frames.push(listener),
    onClose: (listener) => own.closings.push(listener),
    close() {
      if (!isOpen) return;
      isOpen = false;
      for (const side of sides) for (const listener of side.closings) listener();
    },
  });
  return [end(sides[0], sides[1]), end(sides[1], sides[0])];
}

class Side {
  readonly frames: ((frame: unknown) => void)[] = [];
  readonly closings: (() => void)[] = [];

  deliver(frame: unknown): void {
    for (const listener of this.frames) listener(frame);
  }
}
