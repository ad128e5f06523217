import type { Adapter, Configuration, IncludeAnswer, IncludeRequest, ParsedFile, ResolveOptions } from './adapter.js';

/** Runs an adapter over its files, asking `answer` for every include. Throws only what `answer` throws. */
export function resolveAll<Tree extends ParsedFile>(
  adapter: Adapter<Tree>,
  files: readonly Tree[],
  options: ResolveOptions,
  answer: (request: IncludeRequest) => IncludeAnswer<Tree>,
): readonly Configuration[] {
  const resolving = adapter.resolve(files, options);
  let step = resolving.next();
  while (!step.done) step = resolving.next(answer(step.value));
  return step.value;
}
