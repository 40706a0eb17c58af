/** A JSON log line as a person reads it on a terminal: `09:30:00.000 INFO  listening  url=http://127.0.0.1:4000`. */
export function terminalLine(line: string): string {
  const { level, time, msg, err, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const parts = [`${String(time).slice(11, 23)} ${String(level).toUpperCase().padEnd(5)} ${text(msg ?? '')}`];
  for (const [name, value] of Object.entries(fields)) parts.push(`${text(name)}=${fieldValue(value)}`);
  if (err !== undefined) parts.push(errorText(err));
  return `${parts.join('  ').trimEnd()}\n`;
}

/** Characters that a terminal obeys instead of showing; whoever sends a request must not write on the operator's. */
const obeyed = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

function text(value: unknown): string {
  const words = typeof value === 'string' ? value : JSON.stringify(value);
  return words.replace(obeyed, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
}

function fieldValue(value: unknown): string {
  if (typeof value === 'string' && /^[\w./:@+-]+$/.test(value)) return value;
  return text(JSON.stringify(value));
}

/** `TypeError: boom code=23505 (src/keys/rotateApiKey.ts:10:3), because Error: timeout`. */
function errorText(err: unknown): string {
  if (typeof err !== 'object' || err === null) return text(err);
  const { type, message, stack, cause, errors, ...details } = err as Record<string, unknown>;
  let told = `${text(type ?? 'Error')}: ${text(message ?? '')}`;
  for (const [name, value] of Object.entries(details)) told += ` ${text(name)}=${fieldValue(value)}`;
  const place = /\n\s+at (?:.*\()?(?:file:\/\/)?([^()\n]+:\d+:\d+)\)?/.exec(String(stack ?? ''))?.[1];
  if (place !== undefined) told += ` (${text(place)})`;
  const reasons = [...(cause === undefined ? [] : [cause]), ...(Array.isArray(errors) ? errors : [])];
  return reasons.length === 0 ? told : `${told}, because ${reasons.map(errorText).join(', and ')}`;
}
