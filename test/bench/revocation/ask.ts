import { HttpConnection } from '../HttpConnection.ts';
import type { Nodes } from './nodes.ts';

/** What came of a request: its payload; or nothing, and the change may have been made or not. */
export type Asked<Payload> =
  | { readonly kind: 'answer'; readonly payload: Payload }
  /** The node said that it cannot, or is gone: the same may be asked again. */
  | { readonly kind: 'lost' }
  /** It is still at it, for all we know: whatever we ask next, this may be done after it. */
  | { readonly kind: 'silent' };

/** Sends verbs, each over a connection that stays open for the next one. */
export type Ask = {
  send<Payload>(no: number, verb: string, input: Record<string, unknown>, fields: string): Promise<Asked<Payload>>;
  close(): void;
};

type Answer = {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly { readonly message?: string; readonly extensions?: { readonly code?: string } }[];
};

/** One of them asks one thing at a time. */
export function createAsk(nodes: Nodes, key: string): Ask {
  const connections = new Map<string, HttpConnection>();
  return {
    async send<Payload>(no: number, verb: string, input: Record<string, unknown>, fields: string) {
      const url = nodes.all[no]?.url ?? '';
      const open = connections.get(url);
      const connection = open?.isOpen === true ? open : new HttpConnection(url);
      connections.set(url, connection);
      const head = `POST /graphql HTTP/1.1\r\nhost: ${new URL(url).host}\r\ncontent-type: application/json\r\nauthorization: Bearer ${key}`;
      const type = `${verb.charAt(0).toUpperCase()}${verb.slice(1)}Input!`;
      const query = `mutation ($input: ${type}) { ${verb}(input: $input) { ${fields} userErrors { code message } } }`;
      let text: string;
      try {
        ({ body: text } = await connection.send(head, JSON.stringify({ query, variables: { input } })));
      } catch (error) {
        const isSilent = error instanceof Error && error.message.includes('in time');
        return { kind: isSilent ? 'silent' : 'lost' } as const;
      }
      const { data, errors } = JSON.parse(text) as Answer;
      if (errors?.[0]?.extensions?.code === 'UNAVAILABLE') return { kind: 'lost' } as const;
      const payload = data?.[verb];
      if (errors !== undefined || payload == null) throw new Error(`${verb} was not answered: ${text.slice(0, 500)}`);
      return { kind: 'answer', payload: payload as Payload } as const;
    },
    close() {
      for (const connection of connections.values()) connection.close();
    },
  };
}
