import { defineCommand } from './command.ts';

/** `keywright start`: the service itself, until it is stopped. */
export function startCommand(parts: { readonly startService: () => Promise<void> }) {
  return defineCommand({
    name: 'start',
    description:
      'Starts the service, as "npm start" does, and logs to stdout until it is stopped.\n' +
      'The environment configures it: see docs/operating.md.',
    args: [],
    options: {},
    examples: ['npx keywright start', 'DATABASE_URL=postgres://… KEYRING_FILE=ring.json npx keywright start'],
    async run() {
      await parts.startService();
      return 0;
    },
  });
}
