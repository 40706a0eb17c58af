#!/usr/bin/env node
import { readFile } from 'node:fs/promises';
import { readConfig } from '../config.ts';
import { systemRandom } from '../crypto/random.ts';
import { systemClock } from '../lib/clock.ts';
import type { CommandTable } from './help.ts';
import { run } from './run.ts';
import { processStreams } from './Streams.ts';

const config = () => readConfig(process.env, 'command');
const schema = () => readFile(new URL('../../schema.graphql', import.meta.url), 'utf8');

/** Each command is loaded only when it is called: most of them need far less than the service does. */
const table: CommandTable = {
  start: {
    summary: 'Start the service, as "npm start" does.',
    async load() {
      const { startCommand } = await import('./start.ts');
      return startCommand({ startService: async () => (await import('../main.ts')).startService() });
    },
  },
  migrate: {
    summary: 'Bring the database to the schema of this release.',
    async load() {
      const { migrateCommand } = await import('./migrate.ts');
      return migrateCommand({ config });
    },
  },
  bootstrap: {
    summary: "Make the platform's first key, or replace it.",
    async load() {
      const { bootstrapCommand } = await import('./bootstrap.ts');
      const { openInstallation } = await import('../openInstallation.ts');
      return bootstrapCommand({ config, openInstallation, clock: systemClock, randomBytes: systemRandom });
    },
  },
  'keyring init': {
    summary: 'Make a key ring.',
    async load() {
      const { keyringInitCommand } = await import('./keyringInit.ts');
      return keyringInitCommand({ clock: systemClock, randomBytes: systemRandom });
    },
  },
  'keyring add': {
    summary: 'Add a key to a ring; it waits to be promoted.',
    async load() {
      const { keyringAddCommand } = await import('./keyringAdd.ts');
      return keyringAddCommand({ clock: systemClock, randomBytes: systemRandom });
    },
  },
  'keyring promote': {
    summary: 'Let the waiting key of a ring mint.',
    async load() {
      const { keyringPromoteCommand } = await import('./keyringPromote.ts');
      const { openInstallation } = await import('../openInstallation.ts');
      return keyringPromoteCommand({ config, openInstallation });
    },
  },
  'keyring rewrap': {
    summary: 'Put the active key around the hashes of another.',
    async load() {
      const { keyringRewrapCommand } = await import('./keyringRewrap.ts');
      const { openInstallation } = await import('../openInstallation.ts');
      const { interrupted } = await import('./interrupted.ts');
      return keyringRewrapCommand({
        config,
        openInstallation,
        ticks: () => performance.now(),
        interrupted: () => interrupted(process),
      });
    },
  },
  'keyring remove': {
    summary: 'Take a key out of a ring that nothing needs any more.',
    async load() {
      const { keyringRemoveCommand } = await import('./keyringRemove.ts');
      const { openInstallation } = await import('../openInstallation.ts');
      return keyringRemoveCommand({ config, openInstallation });
    },
  },
  'keyring lose': {
    summary: 'Declare keys lost that a ring lacks.',
    async load() {
      const { keyringLoseCommand } = await import('./keyringLose.ts');
      return keyringLoseCommand({ clock: systemClock });
    },
  },
  'keyring check': {
    summary: 'Say whether a key ring and a database belong together.',
    async load() {
      const { keyringCheckCommand } = await import('./keyringCheck.ts');
      const { openInstallation } = await import('../openInstallation.ts');
      return keyringCheckCommand({ config, openInstallation });
    },
  },
  'audit prune': {
    summary: 'Remove old events of the audit.',
    async load() {
      const { auditPruneCommand } = await import('./auditPrune.ts');
      const { interrupted } = await import('./interrupted.ts');
      const { openInstallation } = await import('../openInstallation.ts');
      return auditPruneCommand({
        config,
        openInstallation,
        interrupted: () => interrupted(process),
      });
    },
  },
  'schema print': {
    summary: 'Print the GraphQL schema.',
    async load() {
      const { schemaPrintCommand } = await import('./schemaPrint.ts');
      return schemaPrintCommand({ schema });
    },
  },
  call: {
    summary: 'Call an operation of a running service.',
    async load() {
      const { callCommand } = await import('./call.ts');
      return callCommand({ env: process.env, shippedSchema: schema });
    },
  },
};

const packageJson = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
const { version } = JSON.parse(packageJson) as { version: string };
// Not process.exit(): what a pipe has not taken yet would be lost.
process.exitCode = await run({ table, version, streams: processStreams(process) }, process.argv.slice(2));
