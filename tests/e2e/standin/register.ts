import { registerHooks } from 'node:module';

/** `node --import ./register.ts out/main/index.js`: the real bundle finds the stand-in where it asks for `electron`. */
const standin = new URL('./electron.ts', import.meta.url).href;

registerHooks({
  resolve(specifier, context, next) {
    return specifier === 'electron' || specifier === 'electron/main'
      ? { url: standin, format: 'module-typescript', shortCircuit: true }
      : next(specifier, context);
  },
});

const platform = process.env['STANDIN_PLATFORM'];
if (platform !== undefined) Object.defineProperty(process, 'platform', { value: platform });

// An installed program has a folder of resources; a run from sources is never asked for it.
if (process.env['STANDIN_PACKAGED'] === '1') {
  Object.defineProperty(process, 'resourcesPath', { value: process.env['BACKSTOP_HOME'] });
}

const electron: unknown = await import(standin);

/** The test's road into this process: a function as text, run with the whole of `electron`. */
process.on('message', (message: { readonly id: number; readonly text: string; readonly arg: unknown }) => {
  void answer(message);
});

async function answer({ id, text, arg }: { id: number; text: string; arg: unknown }): Promise<void> {
  try {
    const run = new Function('electron', 'arg', `return (${text})(electron, arg)`);
    process.send?.({ id, value: await run(electron, arg) });
  } catch (error) {
    process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}
