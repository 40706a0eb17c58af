import { UsageError } from '../exits.ts';
import type { Server } from './askGraph.ts';

const defaultUrl = 'http://127.0.0.1:4000/graphql';

type Wanted = { readonly url: string | undefined; readonly anonymous: boolean };

/** The service that the options or the environment name, and the key that the environment holds. */
export function serverOf({ url, anonymous }: Wanted, env: Readonly<Record<string, string | undefined>>): Server {
  const { KEYWRIGHT_URL, KEYWRIGHT_KEY } = env;
  const address = readUrl(url || KEYWRIGHT_URL || defaultUrl, url ? '--url' : 'KEYWRIGHT_URL');
  if (anonymous) return { url: address, key: undefined };
  if (!KEYWRIGHT_KEY)
    throw new UsageError('KEYWRIGHT_KEY is not set. Export your key in it, or call with --anonymous.');
  // What no header can carry would be quoted whole in the error of whoever tried.
  if (!/^[\x21-\x7e]+$/.test(KEYWRIGHT_KEY)) {
    throw new UsageError(
      'KEYWRIGHT_KEY holds something that no key does: a blank, a line break, or a letter beyond ASCII.',
    );
  }
  return { url: address, key: KEYWRIGHT_KEY };
}

function readUrl(text: string, source: string): URL {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new UsageError(`${source} is not the address of a service. Expected one such as ${defaultUrl}`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new UsageError(`${source} holds a login. The service is shown a key instead: put it in KEYWRIGHT_KEY.`);
  }
  if (url.pathname === '/') url.pathname = '/graphql';
  return url;
}
