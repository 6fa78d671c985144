import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// `vite build ui` puts the pages into dist/ui, which the server serves.
export default defineConfig({
  plugins: [react()],
  build: {
    outDir: "../dist/ui",
    emptyOutDir: true,
    // The oldest browsers that know what the pages use anyway (`inset`, `dvh`, top-level classes with private members).
    target: "es2022",
    // A data: address would need an exception in the Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // What is bundled keeps its licences, as they ask for.
    chunkSizeWarningLimit: 700,
    license: { fileName: "licenses.md" },
  },
  // `npx vite ui` while one works on the pages: the API of a server on the usual port.
  server: { proxy: { "/api": { target: "http://127.0.0.1:8766", ws: true } } },
});
