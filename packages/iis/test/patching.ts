import { decode, type Listener, type Plan, planPatch, positionOf, resolveAll, type SourceFile } from '@shortfuse/core';
import { iis } from '../src/index.js';
import { type Files, host } from './reading.js';

export interface PatchOptions {
  readonly target?: number;
  readonly allowDisable?: boolean;
  readonly isWanted?: (listener: Listener) => boolean;
}

/** Plans the patch of these files, as if they were one folder. */
export function planOf(
  files: Files,
  { target = 60, allowDisable = false, isWanted = () => true }: PatchOptions = {},
): Plan {
  const claimed = Object.entries(files)
    .map(([path, content]) => decode(path, typeof content === 'string' ? new TextEncoder().encode(content) : content))
    .filter((file) => iis.claims(file, false));
  const resolveWith = (changed: ReadonlyMap<SourceFile, SourceFile>) => {
    const trees = claimed.map((file) => iis.parse(changed.get(file) ?? file));
    return resolveAll(iis, trees, { entries: [], defines: new Map() }, () => ({ kind: 'missing' }));
  };
  return planPatch(resolveWith(new Map()), { target, allowDisable, isWanted, resolveWith });
}

/** What becomes of an artefact beside the usual applicationHost.config: its new text, or why it stays as it is. */
export function patchedWith(path: string, content: string, options?: PatchOptions): string {
  const plan = planOf({ 'applicationHost.config': host, [path]: content }, options);
  const [refused] = plan.refused;
  if (refused) {
    const { at, why } = refused;
    const place = at ? `${at.file.path}:${positionOf(at.file, at.span.start).line}: ` : '';
    return `refused: ${place}${why}`;
  }
  return plan.files.find(({ after }) => after.path === path)?.after.text ?? 'nothing to edit';
}
