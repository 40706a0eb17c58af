import { expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { measureGraphql } from './graphql.ts';

it('measures verifications over GraphQL beside a bare server, and fails where either answers anything else', async () => {
  const figures = await measureGraphql({
    folder: temporaryFolder(),
    rounds: 1,
    quick: true,
    signal: new AbortController().signal,
    secondsMax: 0.3,
    progress: () => undefined,
  });
  expect(figures.map(({ name, bound }) => [name, bound])).toEqual([
    ['verify: GraphQL', undefined],
    ['verify: bare node:http for GraphQL', undefined],
    ['verify: CPU of a verification over GraphQL', undefined],
    ['verify: CPU of the bare server for it', undefined],
    ['verify: CPU of the client for it', undefined],
    ['verify: GraphQL beside bare node:http', { atLeast: 0.4 }],
    ['verify: GraphQL by CPU', undefined],
  ]);
  for (const { name, value } of figures.slice(0, 2)) expect(value, name).toBeGreaterThan(0);
});
