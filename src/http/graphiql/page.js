// The page at GET /: a field for the key around GraphiQL. It runs in the browser as it stands here.

/** What the operations of this page answered last, by root field: later tabs are filled in from it. */
const answers = {};
const examples = JSON.parse(document.querySelector('#examples').textContent);
/** The tab that asks each root field: `CreateTenant` asks `createTenant`. */
const tabs = new Map(
  examples.map(({ query }) => {
    const [, name] = /^(?:query|mutation) (\w+)/m.exec(query);
    return [name[0].toLowerCase() + name.slice(1), name];
  }),
);
const keyField = document.querySelector('#key');
const keep = document.querySelector('#keep');
const who = document.querySelector('#who');
const keptUnder = 'keywright:key';

/** Sends one operation, and answers what GraphiQL shows. Nothing that is thrown here would be understood there. */
async function send(body, headers) {
  if (!areSendable(headers)) {
    return { errors: [{ message: 'The key, or a header of this tab, holds a character that no header may hold.' }] };
  }
  try {
    const response = await fetch('graphql', {
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
      credentials: 'omit',
    });
    return await response.json();
  } catch {
    return { errors: [{ message: 'The service does not answer. Is it still running?' }] };
  }
}

function areSendable(headers) {
  try {
    new Headers(headers);
    return true;
  } catch {
    return false;
  }
}

function keyHeaders() {
  const key = keyField.value.trim();
  return key === '' ? {} : { 'x-api-key': key };
}

/** The credential in the field, unless the headers of the tab bring one of their own. */
function headersOf(own = {}) {
  const names = Object.keys(own).map((name) => name.toLowerCase());
  return names.includes('authorization') || names.includes('x-api-key') ? own : { ...keyHeaders(), ...own };
}

/** The variables with each `{{field.path}}` of an example replaced by what that field answered; `missing` is what none did. */
function fillIn(variables) {
  const missing = [];
  const text = JSON.stringify(variables).replace(/\{\{(\w+)\.([\w.]+)\}\}/g, (written, field, path) => {
    // Somebody's own text may have braces, too.
    if (!tabs.has(field)) return written;
    const value = path.split('.').reduce((found, name) => found?.[name], answers[field]);
    if (typeof value !== 'string') missing.push(howToFill(written, field));
    return JSON.stringify(String(value)).slice(1, -1);
  });
  return { variables: JSON.parse(text), missing };
}

function howToFill(written, field) {
  const message = `Press play in the tab ${tabs.get(field)} first: its answer fills in ${written}.`;
  return { message: `${message} Or write a value of your own in its place, or remove the line.` };
}

/** What GraphiQL calls for every operation, the one that reads the schema included. */
async function fetcher({ query, operationName, variables }, { headers } = {}) {
  // The schema is read without a key: a wrong one must not take the documentation away.
  if (operationName === 'IntrospectionQuery') return send({ query, operationName }, {});
  const filled = fillIn(variables ?? {});
  if (filled.missing.length > 0) return { errors: filled.missing };
  // For a moment after a change of tabs, GraphiQL still names the operation of the tab before.
  const name = new RegExp(`\\b${operationName}\\b`).test(query) ? operationName : undefined;
  const answer = await send({ query, operationName: name, variables: filled.variables }, headersOf(headers));
  for (const [field, value] of Object.entries(answer.data ?? {})) {
    // What was made by an earlier try is there although this one was refused.
    if (value !== null && !value.userErrors?.length) answers[field] = value;
  }
  return answer;
}

const standings = {
  PLATFORM: () => 'This key is the platform’s: it sees every tenant.',
  TENANT: ({ tenant }) => `This key acts for the tenant ${tenant?.name ?? ''}.`,
  USER: ({ user, tenant }) =>
    `This key acts for ${user?.email ?? user?.name ?? 'a user'} of ${tenant?.name ?? 'a tenant'}.`,
};
const whereToFind = '“npm start” showed it, or .keywright/bootstrap-key has it.';

/** Says beside the field whose key it is. */
async function tellWho() {
  const asked = keyField.value;
  if (asked.trim() === '') return say('', whereToFind);
  const { data, errors } = await send(
    { query: '{ viewer { kind tenant { name } user { email name } } }' },
    keyHeaders(),
  );
  // Another key was put in while this one was asked about.
  if (asked !== keyField.value) return;
  const viewer = data?.viewer;
  if (viewer) say('good', standings[viewer.kind](viewer));
  else say('bad', errors?.[0]?.message ?? 'This key is not valid here.');
}

function say(kind, sentence) {
  who.className = kind;
  who.textContent = sentence;
}

/** Nowhere but in this page, unless the person wants it kept: then for as long as the tab is open. */
function keepKey() {
  if (keep.checked) sessionStorage.setItem(keptUnder, keyField.value);
  else sessionStorage.removeItem(keptUnder);
}

keep.checked = sessionStorage.getItem(keptUnder) !== null;
keyField.value = sessionStorage.getItem(keptUnder) ?? '';
let pause;
keyField.addEventListener('input', () => {
  keepKey();
  // Who types a key by hand is not told at every letter that it is none.
  clearTimeout(pause);
  pause = setTimeout(tellWho, 300);
});
keep.addEventListener('change', keepKey);
document.querySelector('#bar').addEventListener('submit', (event) => event.preventDefault());
void tellWho();

self.MonacoEnvironment = {
  globalAPI: false,
  getWorkerUrl: (_, label) => new URL(`graphiql/${label}.worker.js`, document.baseURI).href,
};

self.YogaGraphiQL.renderYogaGraphiQL(document.querySelector('#graphiql'), {
  fetcher,
  defaultTabs: examples.map(({ query, variables }) => ({
    query,
    variables: JSON.stringify(variables, null, 2),
  })),
  // By itself it would take a query out of the page's address, and write each that is typed back into it.
  initialQuery: undefined,
  onEditQuery: () => {},
  // Variables hold tokens, and headers credentials: what is typed here is gone with the page.
  storage: null,
  shouldPersistHeaders: false,
});

if (keyField.value === '') keyField.focus();
