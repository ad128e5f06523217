import { type Adapter, type Configuration, type SourceFile, type Suppression, suppressionsIn } from '@shortfuse/core';

/** The comments in all files that silence findings. Only files that mention the word are looked at again. */
export function readSuppressions(
  configurations: readonly Configuration[],
  adapters: readonly Adapter[],
): readonly Suppression[] {
  const byId = new Map(adapters.map((adapter) => [adapter.id, adapter]));
  const seen = new Set<SourceFile>();
  const found: Suppression[] = [];
  for (const { server, files } of configurations) {
    const adapter = byId.get(server);
    for (const file of files) {
      if (seen.has(file) || !file.text.includes('shortfuse-ignore')) continue;
      const comments = adapter?.comments(adapter.parse(file));
      // A file that two kinds of server read is theirs whose comments it has.
      if (!comments) continue;
      seen.add(file);
      found.push(...suppressionsIn(file, comments));
    }
  }
  return found;
}
