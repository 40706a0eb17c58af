import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Vite would take graphql's .mjs and Apollo, as Node resolves it, the .js: two copies, whose types refuse each other.
  resolve: { alias: [{ find: /^graphql$/, replacement: createRequire(import.meta.url).resolve('graphql') }] },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/globalSetup.ts'],
    pool: 'forks',
    // Many tests wait for processes and leases, so three share two cores; and beyond four, their databases' server runs out of connections.
    maxWorkers: Math.min(4, Math.max(3, availableParallelism())),
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
