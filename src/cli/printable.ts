/** Characters that a terminal obeys instead of showing: what a stranger stored must not write on an operator's screen. */
const obeyed = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** A text as one line, with nothing in it that a terminal would obey. */
export function printable(text: string): string {
  return text.replace(obeyed, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
}

/** The same for text of several lines. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

/** A value as JSON that any parser reads and no terminal obeys. */
export function printableJson(value: unknown, indent = 0): string {
  const json = JSON.stringify(value, null, indent) ?? 'null';
  // The line breaks of the indentation are JSON's own; those inside of strings are escaped already.
  return json.replace(/[^\P{C}\n]|[\p{Zl}\p{Zp}]/gu, (char) => {
    const units = Array.from({ length: char.length }, (_, index) => char.charCodeAt(index));
    return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
  });
}
