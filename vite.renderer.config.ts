import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The pages: one build for the desktop window and for a browser. */
export default defineConfig({
  root: fileURLToPath(new URL('src/renderer', import.meta.url)),
  base: './',
  plugins: [react()],
  build: {
    outDir: fileURLToPath(new URL('out/renderer', import.meta.url)),
    emptyOutDir: true,
    // Electron's own, and browsers of the last year for `backstop serve`.
    target: ['chrome140', 'firefox140', 'safari18'],
    minify: true,
    // Everything is on this computer: an inlined asset would only get in the way of the page's policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
