import { copyFileSync, globSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'electron-vite';
import type { Plugin } from 'vite';
import pages from './vite.renderer.config.ts';

/** The desktop app: the shell and the engine's process (ES modules), the preload (one CommonJS file), and the pages. */

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Threads are plain JavaScript and are started by their address beside the bundle. */
function threads(): Plugin {
  let folder = '';
  return {
    name: 'backstop-threads',
    configResolved(config) {
      folder = join(config.root, config.build.outDir);
      if (config.build.outDir.startsWith('/')) folder = config.build.outDir;
    },
    writeBundle() {
      mkdirSync(folder, { recursive: true });
      for (const file of globSync(at('src/main/engine/**/*.mjs'))) copyFileSync(file, join(folder, basename(file)));
    },
  };
}

export default defineConfig({
  main: {
    plugins: [threads()],
    build: {
      rollupOptions: {
        input: { index: at('src/main/index.ts'), engine: at('src/main/engine/host.ts') },
        // All in one folder: the engine finds its threads, and the shell its parts, from where their code lies.
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      // A sandboxed preload can load nothing but `electron`.
      externalizeDeps: false,
      rollupOptions: {
        input: { index: at('src/main/preload/index.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    ...pages,
    build: {
      ...pages.build,
      // One browser, Electron's own.
      target: 'chrome140',
      rollupOptions: { input: { index: at('src/renderer/index.html'), popover: at('src/renderer/popover.html') } },
    },
  },
});
