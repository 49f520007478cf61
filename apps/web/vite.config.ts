import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const server = process.env['DUET_URL'] ?? 'http://localhost:8080';
const proxy = {
  '^/(api|docs|openapi\\.json|asyncapi\\.json)(/|$)': { target: server },
  '/ws': { target: server, ws: true },
};

/** As strict as the server's: what does not run under it is found before it is served. */
const policy = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:";

export default defineConfig({
  plugins: [react()],
  build: {
    // The server's content security policy takes no data: URLs but for images, and no script or style that is not a file.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // A style sheet that could not be loaded once, without a network, is not loaded again: there is but the one of the page itself.
    cssCodeSplit: false,
    target: 'es2024',
    cssTarget: 'chrome123',
  },
  server: { proxy },
  preview: { proxy, headers: { 'content-security-policy': policy } },
});
