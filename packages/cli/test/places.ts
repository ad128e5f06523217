import { type Location, positionOf } from '@shortfuse/core';

/** `file:line` of the start of a place. */
export function lineOf({ file, span }: Location): string {
  return `${file.path}:${positionOf(file, span.start).line}`;
}
