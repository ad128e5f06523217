import { existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The library that moves a program's clock; undefined where it is not installed. Debian installs libfaketime into a folder of the machine's architecture. */
export function findClockLibrary(): string | undefined {
  const folders = [
    '/usr/lib',
    ...(existsSync('/usr/lib') ? readdirSync('/usr/lib').map((name) => `/usr/lib/${name}`) : []),
  ];
  return folders.map((folder) => `${folder}/faketime/libfaketime.so.1`).find((path) => existsSync(path));
}

/** A clock that one program alone sees. */
export interface MovableClock {
  /** What the program needs in its environment; empty without a library, and then the clock stands on this machine's time. */
  readonly environment: Readonly<Record<string, string>>;
  /** Sets how many seconds, 0 or more, the clock is ahead of this machine's. */
  readonly setOffset: (seconds: number) => void;
}

/** A clock that is moved through a file in `folder`. */
export function movableClock(library: string | undefined, folder: string): MovableClock {
  const file = join(folder, 'clock');
  const setOffset = (seconds: number): void => {
    // Renamed into place: the server reads it at any moment.
    writeFileSync(`${file}.new`, `+${seconds.toFixed(3)}\n`);
    renameSync(`${file}.new`, file);
  };
  setOffset(0);
  if (library === undefined) return { environment: {}, setOffset };
  return {
    environment: {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      // Servers measure their own timers by the monotonic clock.
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
    setOffset,
  };
}
