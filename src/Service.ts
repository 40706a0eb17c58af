import type { Ctx } from './store/Ctx.ts';

/** What serves, as the start of it sees it: in one process, or in several. */
export type Service = {
  /** Whether GET / is GraphiQL. */
  readonly graphiql: boolean;
  listen(): Promise<{ url: string }>;
  /** Runs something in a unit of work without a request, as the one who sets the installation up. */
  asBootstrap<T>(work: (ctx: Ctx) => Promise<T>): Promise<T>;
  /** Rejects when it cannot go on serving; never resolves. */
  readonly hopeless: Promise<never>;
  /** Answers what is in flight, then lets go of the database. */
  close(): Promise<void>;
};
