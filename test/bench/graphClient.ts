import { HttpConnection } from './HttpConnection.ts';

/** Sends documents to a service over connections that stay open. */
export type GraphClient = Disposable & {
  /** The data of an answer; fails where the request did. */
  send<Data>(query: string, variables: Record<string, unknown>): Promise<Data>;
};

/** A client that opens as many connections as it has requests in flight. */
export function createGraphClient(url: string, { key }: { readonly key: string }): GraphClient {
  const connections: HttpConnection[] = [];
  let idle: HttpConnection[] = [];
  const head = [
    'POST /graphql HTTP/1.1',
    `host: ${new URL(url).host}`,
    'content-type: application/json',
    `authorization: Bearer ${key}`,
  ].join('\r\n');

  function take(): HttpConnection {
    idle = idle.filter((connection) => connection.isOpen);
    return idle.pop() ?? open();
  }

  function open(): HttpConnection {
    const connection = new HttpConnection(url);
    connections.push(connection);
    return connection;
  }

  return {
    async send<Data>(query: string, variables: Record<string, unknown>) {
      const connection = take();
      const { body } = await connection.send(head, JSON.stringify({ query, variables }));
      idle.push(connection);
      const { data, errors } = JSON.parse(body) as { data: Data; errors?: unknown };
      if (errors !== undefined) throw new Error(`The service refused a request: ${JSON.stringify(errors)}`);
      return data;
    },
    [Symbol.dispose]() {
      for (const connection of connections) connection.close();
    },
  };
}
