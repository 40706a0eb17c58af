import type { Config } from '../config.ts';
import type { Installation, Opening } from '../openInstallation.ts';

type Parts = {
  readonly config: () => Config;
  readonly openInstallation: (config: Config, opening: Opening) => Promise<Installation>;
};

/** Opens the database of the environment with the ring in a file, whatever ring the environment names, and closes it after the work. */
export async function withRingOf<T>(
  { config, openInstallation }: Parts,
  file: string,
  command: string,
  work: (installation: Installation) => Promise<T>,
): Promise<T> {
  const opening = { purpose: `keywright keyring ${command}`, join: true };
  const installation = await openInstallation({ ...config(), keyringFile: file, keyringJson: undefined }, opening);
  try {
    return await work(installation);
  } finally {
    await installation.close();
  }
}
