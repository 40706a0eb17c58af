/** Where the time comes from: the system in service, a value in tests. */
export type Clock = () => Date;

/** The system's clock, in milliseconds as every time that the service writes. */
export const systemClock: Clock = () => new Date();
