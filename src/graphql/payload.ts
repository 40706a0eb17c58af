import { Refusal } from '../lib/errors.ts';
import { parseWaitMs } from '../lib/times.ts';
import type { Ctx } from '../store/Ctx.ts';
import type { KeywrightUserError } from './generated.ts';

/** The one catch of a `Refusal`: an expected failure becomes data, with its path as a client's variables have it. */
export async function payload<Result extends object, Empty extends object>(
  empty: Empty,
  verb: () => Promise<Result>,
): Promise<(Result | Empty) & { userErrors: KeywrightUserError[] }> {
  try {
    return { ...(await verb()), userErrors: [] };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { ...empty, userErrors: [userErrorOf(error)] };
  }
}

/** The same for what withdraws something: it answers besides whether that has reached every node. */
export function withdrawal<
  Empty extends object,
  Input extends { readonly waitMs?: number | null },
  Result extends object,
>(empty: Empty, ctx: Ctx, input: Input, verb: (ctx: Ctx, input: Input) => Promise<Result>) {
  return payload(empty, async () => {
    // Before anything is changed: a refusal says that nothing was.
    const waitMs = parseWaitMs(input.waitMs, ['waitMs']);
    const result = await verb(ctx, input);
    return { ...result, propagation: await ctx.propagation(waitMs) };
  });
}

/** A refusal as the graph shows it. */
export function userErrorOf({ code, message, inputPath }: Refusal): KeywrightUserError {
  return { code, message, path: ['input', ...inputPath] };
}
