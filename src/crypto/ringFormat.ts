import { SetupError } from '../lib/errors.ts';
import { limits } from '../lib/limits.ts';
import { pepperNameShape } from './hashVersion.ts';

/** What a ring key is for; an entry in state `import:<name>` has the state `import` and that name. */
export type RingState = 'pending' | 'active' | 'verify' | 'lost' | 'import';

/** One entry of a ring's text, checked. */
export interface RingEntry {
  readonly n: number;
  readonly state: RingState;
  /** The name in `import:<name>`; undefined for the ring's own keys. */
  readonly pepperName: string | undefined;
  /** The day it was made, as YYYY-MM-DD. */
  readonly created: string;
  /** Undefined for a lost key. */
  readonly material: Buffer | undefined;
}

/** The bytes of a ring key's material: as many as HMAC-SHA-256 makes of it. */
export const ringMaterialBytes = 32;

const statesText = '"pending", "active", "verify", "lost" or "import:<name>"';
const init = 'keywright keyring init';

/** Reads and checks a ring's text. Its messages name places, numbers and states, and repeat nothing else of the text. */
export function readRing(json: string, where: string): readonly RingEntry[] {
  const refuse: Refuse = (problem) => {
    throw new SetupError(`The key ring in ${where} ${problem}`);
  };
  if (json.length > limits.keyringBytesMax) {
    refuse(`is larger than ${limits.keyringBytesMax} bytes: this is not a key ring. Name the right one.`);
  }
  const ring = recordOf(parseJson(json, refuse));
  if (ring === undefined) refuse('must be a JSON object with "format", "active" and "keys".');
  if (ring.format !== 1) {
    refuse(
      'is not of format 1, the only one that this version reads. Set "format" to 1, or run the version that wrote it.',
    );
  }
  refuseOtherFields(ring, ['format', 'active', 'keys'], 'has', refuse);
  if (!Array.isArray(ring.keys) || ring.keys.length === 0) {
    refuse(`must have a list "keys" with at least one key. Make a ring with "${init}".`);
  }
  const entries = ring.keys.map((key, index) => readEntry(key, index + 1, refuse));
  refuseDoubles(entries, refuse);
  refuseOtherActive(ring.active, entries, refuse);
  return entries;
}

/** The text of a ring, newest key first; whatever it says, `readRing` reads it back or refuses it. */
export function writeRing(entries: readonly RingEntry[]): string {
  const newestFirst = entries.toSorted((left, right) => right.n - left.n);
  const keys = newestFirst.map(({ n, state, pepperName, created, material }) => ({
    n,
    state: pepperName === undefined ? state : `${state}:${pepperName}`,
    created,
    ...(material !== undefined && { material: material.toString('base64url') }),
  }));
  const active = entries.find((entry) => entry.state === 'active')?.n;
  return `${JSON.stringify({ format: 1, active, keys }, null, 2)}\n`;
}

type Refuse = (problem: string) => never;

function parseJson(json: string, refuse: Refuse): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    // The parser's own message quotes the text around the mistake, which may be material: only its position is taken.
    const place = /\(line \d+ column \d+\)$/.exec(error instanceof Error ? error.message : '');
    return refuse(`is not JSON${place === null ? '' : ` ${place[0]}`}. Correct it, or restore it from your backup.`);
  }
}

function readEntry(value: unknown, position: number, refuse: Refuse): RingEntry {
  const entry = recordOf(value);
  if (entry === undefined) return refuse(`has something other than an object as key ${position} of its list.`);
  const { n, state, created } = entry;
  if (typeof n !== 'number' || !Number.isInteger(n) || n < 0 || n > limits.ringNumberMax) {
    return refuse(`has no whole number "n" from 0 to ${limits.ringNumberMax} in key ${position} of its list.`);
  }
  const named = typeof state === 'string' ? stateOf(state) : undefined;
  if (named === undefined) {
    return refuse(
      `has a "state" in key ${n} that is none of ${statesText}, with a name of a-z, 0-9 and "-" that begins with a letter.`,
    );
  }
  if (typeof created !== 'string' || !isDay(created)) {
    return refuse(`has no day in "created" of key ${n}. Write the day it was made as YYYY-MM-DD.`);
  }
  refuseOtherFields(entry, ['n', 'state', 'created', 'material'], `has in key ${n}`, refuse);
  return { n, ...named, created, material: readMaterial(entry.material, n, named, refuse) };
}

function stateOf(text: string): Pick<RingEntry, 'state' | 'pepperName'> | undefined {
  if (text === 'pending' || text === 'active' || text === 'verify' || text === 'lost') {
    return { state: text, pepperName: undefined };
  }
  const pepperName = text.startsWith('import:') ? text.slice('import:'.length) : '';
  return pepperNameShape.test(pepperName) ? { state: 'import', pepperName } : undefined;
}

function readMaterial(
  value: unknown,
  n: number,
  { state, pepperName }: Pick<RingEntry, 'state' | 'pepperName'>,
  refuse: Refuse,
): Buffer | undefined {
  if (state === 'lost') {
    if (value === undefined) return undefined;
    return refuse(`has material in key ${n}, whose state is "lost". Set the state to "verify", since it is not lost.`);
  }
  const bytes = typeof value === 'string' ? fromBase64url(value) : undefined;
  if (pepperName !== undefined) {
    // An old system's pepper is as long as that system made it.
    if (bytes !== undefined && bytes.length > 0 && bytes.length <= limits.pepperBytesMax) return bytes;
    return refuse(
      `has no pepper of 1 to ${limits.pepperBytesMax} bytes as "material" of key ${n} (import:${pepperName}). ` +
        'Write the old system’s bytes in base64url without padding.',
    );
  }
  if (bytes?.length === ringMaterialBytes) return bytes;
  return refuse(
    `does not have ${ringMaterialBytes} bytes, as 43 characters of base64url without padding, as "material" of key ${n}. ` +
      'Restore the key from your backup; only if there is none, set its state to "lost" and remove its material.',
  );
}

/** Undefined for anything but the one spelling of some bytes: what decodes by being lenient was damaged. */
function fromBase64url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : undefined;
}

function refuseDoubles(entries: readonly RingEntry[], refuse: Refuse): void {
  const numbers = new Set<number>();
  const names = new Set<string>();
  const materials = new Map<string, number>();
  for (const { n, pepperName, material } of entries) {
    if (numbers.has(n))
      refuse(`has the number ${n} twice. Numbers are never reused: give the newer key a number of its own.`);
    numbers.add(n);
    if (pepperName !== undefined) {
      if (names.has(pepperName)) refuse(`has the pepper import:${pepperName} twice. Keep one of the two.`);
      names.add(pepperName);
    } else if (material !== undefined) {
      const twin = materials.get(material.toString('hex'));
      if (twin !== undefined)
        refuse(`has the same material in keys ${twin} and ${n}. Make new material for the newer key.`);
      materials.set(material.toString('hex'), n);
    }
  }
}

function refuseOtherActive(activeNo: unknown, entries: readonly RingEntry[], refuse: Refuse): void {
  const active = entries.filter((entry) => entry.state === 'active').map((entry) => entry.n);
  const [only] = active;
  if (only === undefined)
    refuse('has no key in state "active". Set it on exactly one key: the one that mints new tokens.');
  if (active.length > 1) {
    refuse(`has ${active.length} keys in state "active" (${active.join(', ')}). Set all but the newest to "verify".`);
  }
  if (activeNo !== only) {
    refuse(
      `does not name its active key in "active". Set "active" to ${only}, the key in that state, or correct the states.`,
    );
  }
}

function refuseOtherFields(record: Fields, known: readonly string[], has: string, refuse: Refuse): void {
  const other = Object.keys(record).find((name) => !known.includes(name));
  if (other === undefined) return;
  // A long or odd name may be material that lost its place.
  const name = /^[a-zA-Z_]{1,16}$/.test(other) ? `"${other}"` : 'whose name is not repeated here';
  refuse(`${has} a field ${name} that does not belong there. Known are ${known.join(', ')}.`);
}

type Fields = { readonly [name: string]: unknown };

function recordOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
