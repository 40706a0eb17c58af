import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { keywright, keywrightUnread } from './keywright.ts';

const commands = [
  'start',
  'migrate',
  'bootstrap',
  'keyring init',
  'keyring add',
  'keyring promote',
  'keyring rewrap',
  'keyring remove',
  'keyring lose',
  'keyring check',
  'audit prune',
  'schema print',
  'call',
];

test('the help lists every command and every exit code, on stdout', async () => {
  for (const args of [['--help'], ['-h'], ['help']]) {
    const { code, stdout, stderr } = await keywright(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const listed = stdout.split('\n').flatMap((line) => /^ {2}([a-z]+(?: [a-z]+)?) {2}/.exec(line)?.[1] ?? []);
    expect(listed).toEqual(commands);
    expect(exitCodesIn(stdout)).toEqual(['0', '1', '2', '3']);
  }
});

test.each(commands)(
  'the help of "%s" tells its usage, its options and the exit codes, and docs/cli.md tells them too',
  async (name) => {
    const { code, stdout, stderr } = await keywright([...name.split(' '), '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`^Usage: npx keywright ${name} `));
    expect(exitCodesIn(stdout)).toEqual(['0', '1', '2', '3']);

    const options = [...stdout.matchAll(/^ {2}(--[a-z-]+(?: [A-Z]+)?) {2}/gm)].map(([, option]) => option);
    expect(options.at(-1)).toBe('--help');
    expect(documentedOptions(name)).toEqual(options.slice(0, -1));
  },
);

test('"help COMMAND" is "COMMAND --help"', async () => {
  const help = await keywright(['schema', 'print', '--help']);
  expect(help.stdout).toMatch(/^Usage: npx keywright schema print /);
  expect(await keywright(['help', 'schema', 'print'])).toEqual(help);
});

test('a word with which several commands begin lists them', async () => {
  const { code, stdout } = await keywright(['keyring', '--help']);
  expect(code).toBe(0);
  expect(stdout).toContain('  keyring init ');
  expect(stdout).toContain('  keyring check ');
  expect(stdout).not.toContain('  migrate ');
});

test('the version is that of the package', async () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  expect(await keywright(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  expect(await keywright(['--version', '--json'])).toEqual({
    code: 0,
    stdout: `{"version":"${version}"}\n`,
    stderr: '',
  });
});

test.each([
  [['migrat'], 'There is no command "migrat". Did you mean migrate?\nSee: npx keywright --help\n'],
  [['frobnicate'], 'There is no command "frobnicate".\nSee: npx keywright --help\n'],
  [
    ['keyring'],
    '"keywright keyring" needs one of: init, add, promote, rewrap, remove, lose, check.\nSee: npx keywright --help\n',
  ],
  [['keyring', 'chek'], 'There is no command "keyring chek". Did you mean keyring check?\nSee: npx keywright --help\n'],
  [['--jsno', 'migrate'], 'There is no option --jsno before a command.\nSee: npx keywright --help\n'],
  [
    ['--versoin'],
    'There is no option --versoin before a command. Did you mean --version?\nSee: npx keywright --help\n',
  ],
  [
    ['schema', 'print', '--jsno'],
    'There is no option --jsno. Did you mean --json?\nSee: npx keywright schema print --help\n',
  ],
  [['schema', 'print', '--toString'], 'There is no option --toString.\nSee: npx keywright schema print --help\n'],
  [['schema', 'print', '-x'], 'There is no option -x.\nSee: npx keywright schema print --help\n'],
  [['schema', 'print', '--json', '--json'], '--json is given twice.\nSee: npx keywright schema print --help\n'],
  [['schema', 'print', '--json=yes'], '--json takes no value.\nSee: npx keywright schema print --help\n'],
  [['schema', 'print', 'now'], 'Nothing is known to do with "now".\nSee: npx keywright schema print --help\n'],
  [['call', '--pick'], '--pick needs a value: --pick PATH\nSee: npx keywright call --help\n'],
  [['call', '--pick='], '--pick needs a value: --pick PATH\nSee: npx keywright call --help\n'],
  [
    ['call', '--pick', '--json'],
    '--pick needs a value. If it begins with a hyphen, write --pick=--json\nSee: npx keywright call --help\n',
  ],
  [['keyring', 'init'], 'FILE is missing.\nSee: npx keywright keyring init --help\n'],
])(
  'the command line %j is refused with exit code 2 and a sentence, before anything is done',
  async (args, sentence) => {
    expect(await keywright(args)).toEqual({ code: 2, stdout: '', stderr: sentence });
  },
);

test('without a command, the help goes to stderr and the exit code is 2', async () => {
  const { code, stdout, stderr } = await keywright([]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toBe((await keywright(['--help'])).stdout);
});

test('a wrong configuration is told as it is, without a stack, with exit code 1', async () => {
  const { code, stdout, stderr } = await keywright(['migrate'], { env: { PORT: 'http' } });
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toBe('The configuration is not right:\nPORT is "http": expected a whole number from 0 to 65535.\n');
});

test('the schema is printed byte for byte as it stands in the repository', async () => {
  const sdl = readFileSync('schema.graphql', 'utf8');
  expect(await keywright(['schema', 'print'])).toEqual({ code: 0, stdout: sdl, stderr: '' });
  const { stdout } = await keywright(['schema', 'print', '--json']);
  expect(JSON.parse(stdout)).toEqual({ sdl });
});

test('a reader that leaves before the end is no error', async () => {
  expect(await keywrightUnread(['schema', 'print'])).toEqual({ code: 0, stderr: '' });
});

function exitCodesIn(help: string): string[] {
  const [, list = ''] = help.split('Exit codes\n');
  return [...list.matchAll(/^ {2}(\d) {2}/gm)].map(([, code = '']) => code);
}

function documentedOptions(name: string): string[] {
  const [, section = ''] = readFileSync('docs/cli.md', 'utf8').split(`\n## keywright ${name}\n`);
  const [own = ''] = section.split('\n## ');
  return [...own.matchAll(/^\| `(--[a-z-]+(?: [A-Z]+)?)` \|/gm)].map(([, option = '']) => option);
}
