import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe } from 'vitest';

/** A page of a real browser, and everything about it that was not as it should be. */
export type OpenPage = {
  readonly page: Page;
  /** Console errors and warnings, broken policies, failed requests, and requests to other hosts. */
  readonly problems: readonly string[];
  close(): Promise<void>;
};

/** Opens an address in a window of its own, with nothing of any other. */
export type Opener = (url: string) => Promise<OpenPage>;

/**
 * Tests in a headless Chromium. Where CHROMIUM names none and none is installed they are skipped, and the run says so;
 * a CHROMIUM that is not there fails, so that a run that must have one has it.
 */
export function describeInBrowser(name: string, tests: (open: Opener) => void): void {
  const executablePath = findChromium();
  if (executablePath === undefined) {
    console.warn(`SKIPPED: ${name}. There is no Chromium here: install one, or set CHROMIUM to its path.`);
  }
  describe.skipIf(executablePath === undefined)(name, () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await chromium.launch({
        ...(executablePath !== undefined && { executablePath }),
        // Its sandbox refuses root, and only pages of our own are opened. No name leads anywhere but here.
        args: ['--no-sandbox', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'],
      });
    });
    afterAll(() => browser?.close());
    tests((url) => openPage(browser, url));
  });
}

const usualNames = ['chromium', 'chromium-browser', 'google-chrome'];

/** The Chromium that CHROMIUM names, or else one that is installed under a usual name. */
function findChromium(): string | undefined {
  const named = process.env.CHROMIUM;
  if (named) {
    if (isExecutable(named)) return named;
    throw new Error(`CHROMIUM is ${named}, and no program is there. Install Chromium, or unset the variable.`);
  }
  const folders = (process.env.PATH ?? '').split(delimiter);
  return usualNames.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function openPage(browser: Browser, url: string): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  const problems: string[] = [];
  const { origin } = new URL(url);
  context.on('request', (request) => {
    if (!request.url().startsWith(`${origin}/`) && !/^(?:data|blob):/.test(request.url())) {
      problems.push(`another host: ${request.url()}`);
    }
  });
  context.on('requestfailed', (request) => {
    const why = request.failure()?.errorText;
    // Given up by the page itself, which left or ended a worker.
    if (why !== 'net::ERR_ABORTED') problems.push(`failed: ${request.url()} ${why}`);
  });
  context.on('response', (response) => {
    if (response.status() >= 400) problems.push(`${response.status()}: ${response.url()}`);
  });
  // What breaks the page's policy is told here, too.
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) problems.push(`${message.type()}: ${message.text()}`);
  });
  context.on('weberror', (error) => problems.push(`thrown: ${error.error().message}`));
  await page.goto(url);
  return { page, problems, close: () => context.close() };
}
