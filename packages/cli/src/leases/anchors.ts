import type { Adapter, Anchor, SourceFile } from '@shortfuse/core';

/** The places in a text that a lease can name; undefined where the text has an error, as nothing had that was patched. */
export function anchorsWith(adapter: Adapter | undefined): (file: SourceFile) => readonly Anchor[] | undefined {
  return (file) => {
    const tree = adapter?.parse(file);
    if (!tree || tree.problems.some(({ severity }) => severity === 'error')) return undefined;
    return adapter?.anchors(tree) ?? [];
  };
}
