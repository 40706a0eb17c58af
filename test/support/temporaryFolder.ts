import { chmodSync, chownSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** An empty folder for one test, which any user may pass and `uid` may write; it is removed when the test has finished. */
export function temporaryFolder({ uid }: { uid?: number } = {}): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'keywright-test-')));
  chmodSync(path, 0o755);
  if (uid !== undefined) chownSync(path, uid, uid);
  onTestFinished(() => rmSync(path, { recursive: true, force: true, maxRetries: 5 }));
  return path;
}
