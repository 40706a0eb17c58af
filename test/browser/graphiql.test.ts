import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { describeInBrowser } from '../support/browser.ts';
import { type Answered, startTestService, type TestService } from '../support/service.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

const playButton = (page: Page) => page.getByRole('button', { name: 'Execute query' });
const goTo = (page: Page, tab: string) => page.getByRole('tab', { name: tab }).click();
const whose = (page: Page) => page.locator('#who');

/** Presses play and answers what the service said. */
async function play(page: Page): Promise<Answered> {
  const answered = page.waitForResponse((response) => response.request().method() === 'POST');
  await playButton(page).click();
  return (await answered).json();
}

/** Waits until the pane of answers shows this; the editor breaks long lines, and keeps them in any order. */
async function showsAnswer(page: Page, part: string): Promise<void> {
  const shown = `[...document.querySelectorAll('.graphiql-response .view-line')]
    .sort((one, other) => parseFloat(one.style.top) - parseFloat(other.style.top))
    .map((line) => line.textContent.replace(/\\s/g, '')).join('')`;
  await expect.poll(() => page.evaluate<string>(shown)).toContain(part.replace(/\s/g, ''));
}

/** Everything that a page may leave behind in a browser, and its own address. */
const traces = (page: Page) =>
  page.evaluate<string>('JSON.stringify([location.href, document.cookie, { ...localStorage }, { ...sessionStorage }])');

describeInBrowser('GraphiQL at GET /', (open) => {
  async function openGraphiql() {
    const opened = await open(`${service.url}/`);
    onTestFinished(() => opened.close());
    await playButton(opened.page).waitFor();
    return opened;
  }

  test('a newcomer puts the key in, presses play in one tab after the other, and has seen the life of a key', async () => {
    const { page, problems } = await openGraphiql();
    expect(await whose(page).textContent()).toContain('npm start');
    // The cursor stands in the field already.
    await page.keyboard.insertText(service.platformKey);
    await expect.poll(() => whose(page).textContent()).toBe('This key is the platform’s: it sees every tenant.');
    await play(page);
    await showsAnswer(page, '"kind": "PLATFORM"');

    await goTo(page, 'CreateTenant');
    const { tenant } = (await play(page)).data.createTenant;
    await goTo(page, 'CreateUser');
    const { user } = (await play(page)).data.createUser;
    // Refused the second time, as the tab says; what the first one made goes on into the next tab.
    expect((await play(page)).data.createUser.userErrors[0].code).toBe('EMAIL_TAKEN');
    await goTo(page, 'CreateApiKey');
    const { secret, apiKey } = (await play(page)).data.createApiKey;
    expect(secret).toMatch(/^kw_live_/);
    await showsAnswer(page, `"secret": "${secret}"`);

    const verdict = async () => {
      await goTo(page, 'VerifyApiKey');
      return (await play(page)).data.verifyApiKey.verification;
    };
    const ids = { keyId: apiKey.id, tenantId: tenant.id, ownerUserId: user.id };
    expect(await verdict()).toMatchObject({ code: 'VALID', ...ids });
    await goTo(page, 'RotateApiKey');
    expect((await play(page)).data.rotateApiKey.apiKey.secrets).toHaveLength(2);
    expect((await verdict()).code).toBe('VALID');
    await goTo(page, 'RevokeApiKey');
    expect((await play(page)).data.revokeApiKey.apiKey.status).toBe('REVOKED');
    expect((await verdict()).code).toBe('REVOKED');
    await showsAnswer(page, '"code": "REVOKED"');
    await goTo(page, 'ApiKeys');
    const { nodes } = (await play(page)).data.apiKeys;
    expect(nodes.map(({ id }: Answered) => id)).toContain(apiKey.id);
    expect(problems).toEqual([]);
  });

  test('the documentation opens, and the key leaves no trace unless that is asked for', async () => {
    const { page, problems } = await openGraphiql();
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    await page.getByRole('link', { name: 'Mutation', exact: true }).click();
    await page.getByText('Makes a key and answers its secret, once.').waitFor();

    await page.locator('#key').fill(service.platformKey);
    await expect.poll(() => whose(page).textContent()).toContain('the platform’s');
    await page.locator('.graphiql-query-editor .view-line').last().click();
    await page.keyboard.insertText('# My own words.');
    await play(page);
    await showsAnswer(page, '"kind": "PLATFORM"');
    const nothing = JSON.stringify([`${service.url}/`, '', {}, {}]);
    expect(await traces(page)).toBe(nothing);
    await page.reload();
    expect(await page.locator('#key').inputValue()).toBe('');

    await page.locator('#key').fill(service.platformKey);
    await page.locator('#keep').check();
    const kept = { 'keywright:key': service.platformKey };
    expect(await traces(page)).toBe(JSON.stringify([`${service.url}/`, '', {}, kept]));
    await page.reload();
    await expect.poll(() => whose(page).textContent()).toContain('the platform’s');
    await page.locator('#keep').uncheck();
    expect(await traces(page)).toBe(nothing);
    expect(problems).toEqual([]);
  });

  test('what is missing or wrong is said in a sentence, and the documentation needs no key', async () => {
    const { page, problems } = await openGraphiql();
    await goTo(page, 'RotateApiKey');
    await playButton(page).click();
    await showsAnswer(page, 'Press play in the tab CreateApiKey first');
    await goTo(page, 'ApiKeys');
    expect((await play(page)).errors[0].extensions.code).toBe('UNAUTHENTICATED');
    expect(problems).toEqual([]);

    await page.locator('#key').fill('kw_live_no_key_at_all');
    await expect.poll(() => whose(page).textContent()).toBe('This key is not valid here.');
    await page.getByRole('button', { name: 'Re-fetch GraphQL schema' }).click();
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    await page.getByText('Root Types').waitFor();
    await page.locator('#key').fill('kw_live_ключ');
    await expect.poll(() => whose(page).textContent()).toContain('no header may hold');
    expect(problems.filter((problem) => problem.startsWith('401: '))).toEqual([`401: ${service.url}/graphql`]);
  });

  test('its policy lets no other script run and no other host be asked', async () => {
    const { page, problems } = await openGraphiql();
    expect(problems).toEqual([]);
    await page.evaluate(`{
      const script = document.createElement('script');
      script.textContent = 'self.ran = true';
      document.body.append(script);
    }`);
    expect(await page.evaluate('self.ran')).toBeUndefined();
    const asked = page.evaluate("fetch('http://127.0.0.1:1/').then(() => 'answered', (error) => error.message)");
    expect(await asked).toBe('Failed to fetch');
    const refused = ['Executing inline script violates', "Connecting to 'http://127.0.0.1:1/' violates"];
    expect(problems).toEqual(expect.arrayContaining(refused.map((part) => expect.stringContaining(part))));
  });
});
