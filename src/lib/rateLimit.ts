/** Room for so many a second. */
export type RateLimit = {
  /** Whether there is room for one more now; takes the room if there is. */
  take(): boolean;
  /** Whoever took room last turned out not to count. */
  giveBack(): void;
};

/** At most so many in any second, whichever second one looks at. It keeps the moments of the last ones and no timer. */
export function createRateLimit({
  perSecond,
  monotonicMs,
}: {
  readonly perSecond: number;
  readonly monotonicMs: () => number;
}): RateLimit {
  const taken = new Float64Array(perSecond).fill(Number.NEGATIVE_INFINITY);
  let oldest = 0;
  return {
    take() {
      const now = monotonicMs();
      if (now - (taken[oldest] ?? 0) < 1000) return false;
      taken[oldest] = now;
      oldest = (oldest + 1) % perSecond;
      return true;
    },
    giveBack() {
      oldest = (oldest + perSecond - 1) % perSecond;
      taken[oldest] = Number.NEGATIVE_INFINITY;
    },
  };
}
