import type { AddressInfo, Server } from 'node:net';
import { SetupError } from '../lib/errors.ts';

/** Opens the listener, or says which of HOST and PORT is wrong and what would be right. */
export function listen(server: Server, at: { host: string; port: number }): Promise<{ url: string }> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => reject(listenFailure(error, at));
    server.once('error', fail);
    server.listen({ host: at.host, port: at.port }, () => {
      server.removeListener('error', fail);
      resolve({ url: urlOf(at.host, server.address() as AddressInfo) });
    });
  });
}

/** What an operator can do about a listener that does not open. */
export function listenFailure(error: NodeJS.ErrnoException, { host, port }: { host: string; port: number }): Error {
  const because = { cause: error };
  switch (error.code) {
    case 'EADDRINUSE':
      return new SetupError(
        `PORT=${port} is in use on ${host}: another program, or another Keywright, listens there. Stop it, or choose a free port, for example PORT=${port < 65_535 ? port + 1 : port - 1}.`,
        because,
      );
    case 'EACCES':
      return new SetupError(
        `PORT=${port} may not be opened by this user: ports below 1024 are the administrator's. Choose one above, for example PORT=4000, and let a proxy take ${port}.`,
        because,
      );
    case 'EADDRNOTAVAIL':
      return new SetupError(
        `HOST=${host} is no address of this machine. Use HOST=127.0.0.1 for this machine alone, or HOST=0.0.0.0 for all its addresses.`,
        because,
      );
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new SetupError(
        `HOST=${host} is a name that does not resolve. Use an address of this machine, for example HOST=127.0.0.1, or HOST=0.0.0.0 for all of them.`,
        because,
      );
    default:
      return error;
  }
}

/** The address as something to click on: a wildcard is reachable as this machine. */
function urlOf(host: string, { address, port }: AddressInfo): string {
  const isWildcard = address === '0.0.0.0' || address === '::';
  const name = isWildcard ? '127.0.0.1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}
