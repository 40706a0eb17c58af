import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { limits } from '../lib/limits.ts';
import { errorCode } from '../store/errorCode.ts';

/** Reads the text in which an identity provider publishes its keys; rejects where it is not to be had now. */
export type ReadJwks = () => Promise<string>;

/** From an address. Redirects are not followed: they would lead away from the address that was checked at start. */
export function jwksFromUrl(url: string, { timeoutMs }: { readonly timeoutMs: number }): ReadJwks {
  return async () => {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { accept: 'application/jwk-set+json, application/json' },
      // Covers the body, too: who sends a byte now and then does not get longer.
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (response.status !== 200 || response.body === null) {
      await response.body?.cancel();
      throw new Error(`It answered HTTP ${response.status}, where 200 is expected.`);
    }
    return textOf(response.body);
  };
}

/** From a file, whole each time: it is replaced while the service runs. */
export function jwksFromFile(path: string): ReadJwks {
  return async () => {
    await using file = await openExisting(path);
    if (!(await file.stat()).isFile()) throw new Error('It is not a file.');
    return await textOf(file.createReadStream({ autoClose: false }));
  };
}

async function openExisting(path: string): Promise<FileHandle> {
  try {
    // Without O_NONBLOCK, opening a named pipe would wait for its writer for ever.
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw new Error(`It cannot be opened (${errorCode(error)}).`, { cause: error });
  }
}

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const kept: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > limits.jwksBytesMax) throw new Error(`It is larger than ${limits.jwksBytesMax} bytes.`);
    kept.push(chunk);
  }
  return Buffer.concat(kept).toString('utf8');
}
