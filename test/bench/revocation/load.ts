import { setTimeout } from 'node:timers/promises';
import { HttpConnection } from '../HttpConnection.ts';
import { find, lateMs } from './checker.ts';
import type { Nodes } from './nodes.ts';
import type { Population, Token } from './population.ts';
import { restoredMs } from './restored.ts';
import { countMissing, countWrong, quietSince, type Tally, type Weather } from './tally.ts';

const document = `mutation ($input: VerifyApiKeysInput!) { verifyApiKeys(input: $input) { verifications { code } userErrors { code } } }`;
const bodyStart = `{"query":${JSON.stringify(document)},"variables":{"input":{"items":[`;
/** Before a node that does not answer is asked again: it would have no time to recover. */
const pauseMs = 20;

type Verdicts = {
  readonly data?: { readonly verifyApiKeys?: { readonly verifications?: readonly { readonly code: string }[] } } | null;
  readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[];
};

/** What the load is made of. */
export type LoadParts = {
  readonly nodes: Nodes;
  readonly population: Population;
  readonly platformKey: string;
  readonly tally: Tally;
  readonly weather: Weather;
};

/** Presents tokens and judges the verdicts, until it is told to end. */
export type Load = {
  /** Asks one node, request after request, no oftener than `everyMs`. */
  run(no: number, everyMs: number, isOver: () => boolean): Promise<void>;
  /** Asks a node once, over a connection of its own, for what was changed last. */
  ask(no: number): Promise<boolean>;
  /** Waits for no answer any more. */
  close(): void;
};

/** One load for all nodes. */
export function createLoad({ nodes, population, platformKey, tally, weather }: LoadParts): Load {
  const headOf = (url: string) =>
    [
      'POST /graphql HTTP/1.1',
      `host: ${new URL(url).host}`,
      'content-type: application/json',
      `authorization: Bearer ${platformKey}`,
    ].join('\r\n');

  const connections = new Set<HttpConnection>();
  let isClosed = false;

  function connect(url: string): HttpConnection {
    const connection = new HttpConnection(url);
    connections.add(connection);
    return connection;
  }

  function leave(connection: HttpConnection | undefined): void {
    if (connection === undefined) return;
    connection.close();
    connections.delete(connection);
  }

  /** Sends one request; false if there was no verdict. */
  async function verify(
    no: number,
    connection: HttpConnection,
    head: string,
    tokens: readonly Token[],
  ): Promise<boolean> {
    const body = `${bodyStart}${tokens.map(({ item }) => item).join(',')}]}}}`;
    const begunMs = performance.now();
    let text: string;
    try {
      ({ body: text } = await connection.send(head, body));
    } catch {
      if (!isClosed) countMissing(tally.unanswered, weather, tokens.length);
      return false;
    }
    const { data, errors } = JSON.parse(text) as Verdicts;
    const verdicts = data?.verifyApiKeys?.verifications;
    if (errors?.[0]?.extensions?.code === 'UNAVAILABLE') {
      countMissing(tally.unavailable, weather, tokens.length);
      return false;
    }
    if (verdicts?.length !== tokens.length) {
      // Its caller is good all the time, so nothing else may come.
      countWrong(tally, 'false', { of: 'caller', words: `node ${no} answered ${text.slice(0, 300)}` });
      return false;
    }
    tally.verifications += tokens.length;
    for (let n = 0; n < tokens.length; n++) judge(no, tokens[n], verdicts[n]?.code ?? '', begunMs);
    return true;
  }

  function judge(no: number, token: Token | undefined, code: string, begunMs: number): void {
    if (token === undefined) return;
    const finding = find(token.gates, code, begunMs);
    if (finding !== 'right') {
      countWrong(tally, finding, { of: token.name, words: evidence(no, token, code, begunMs) });
    } else if (code !== 'VALID') {
      const late = lateMs(token.gates, code, begunMs, restoredMs);
      if (late === undefined) return;
      tally.latestRefusalMs = Math.max(tally.latestRefusalMs, late);
      const isQuiet = begunMs - late >= (quietSince(weather) ?? Number.POSITIVE_INFINITY);
      if (isQuiet) tally.latestQuietRefusalMs = Math.max(tally.latestQuietRefusalMs, late);
    }
  }

  function evidence(no: number, { name, gates }: Token, code: string, begunMs: number): string {
    const states = Object.entries(gates).flatMap(([gate, now]) => {
      if (now === null) return [];
      return [
        `${gate} ${now.state}${Number.isFinite(now.sinceMs) ? ` for ${(begunMs - now.sinceMs).toFixed(1)} ms` : ''}`,
      ];
    });
    const took = (performance.now() - begunMs).toFixed(1);
    return `node ${no}, ${weather.fault ?? 'quiet'}: ${code} in ${took} ms for ${name}; at its beginning ${states.join(', ')}`;
  }

  return {
    async run(no, everyMs, isOver) {
      let connection: HttpConnection | undefined;
      let url = '';
      while (!isOver()) {
        const nextMs = performance.now() + everyMs;
        const node = nodes.all[no];
        if (connection?.isOpen !== true || node?.url !== url) {
          leave(connection);
          url = node?.url ?? '';
          connection = connect(url);
        }
        const isAnswered = await verify(no, connection, headOf(url), population.draw());
        await setTimeout(Math.max(isAnswered ? 0 : pauseMs, nextMs - performance.now()));
      }
    },
    async ask(no) {
      const url = nodes.all[no]?.url ?? '';
      const connection = connect(url);
      const touched = population.drawTouched();
      const isAnswered = await verify(no, connection, headOf(url), touched.length > 0 ? touched : population.draw());
      leave(connection);
      return isAnswered;
    },
    close() {
      isClosed = true;
      for (const connection of connections) connection.close();
    },
  };
}
